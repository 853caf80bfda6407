"""The providers that come with the product and need no key."""

from pmflow_core.providers.base import Provider
from pmflow_core.providers.local.provider import LocalProvider

BUILTIN_PROVIDERS: tuple[Provider, ...] = (LocalProvider(),)
