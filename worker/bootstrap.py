"""Starts a background process: logging, plugins, and its servers."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from pmflow_core import connections, plugins
from pmflow_core.connections import Urls
from pmflow_core.embedded.servers import servers
from pmflow_core.logs import configure_logging
from pmflow_core.settings import Settings, get_settings


@dataclass(frozen=True, slots=True)
class Started:
    """A process that is ready to work."""

    settings: Settings
    urls: Urls


@contextmanager
def started() -> Generator[Started]:
    """Yield a connected process; servers it had to start are left when it ends.

    Raises:
        BadSettings: settings are wrong.
        Unavailable: a server does not answer or cannot be started.
    """
    settings = get_settings()
    configure_logging(json=settings.log_json)
    plugins.load(settings)
    with servers(settings) as found:
        urls = Urls(found.database_url, found.redis_url)
        connections.connect(settings, urls)
        yield Started(settings, urls)
