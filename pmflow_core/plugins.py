"""Finds plugins and lets each add its steps, criteria, gates and providers.

A plugin is a function `register(extensions)`: the entry point of an installed package in the group
`pmflow.plugins`, or `module:function` in the setting PMFLOW_PLUGIN_MODULES. The built-in features
register the same way.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import entry_points

from pmflow_core.errors import Invalid
from pmflow_core.providers.base import Provider
from pmflow_core.runs import builtin
from pmflow_core.runs.effects.git_commit import git_commit
from pmflow_core.runs.extensions import Extensions, install
from pmflow_core.settings import Settings

GROUP = "pmflow.plugins"
Register = Callable[[Extensions], None]


class BadPlugin(Invalid):
    """A plugin cannot be loaded; the text names it."""

    code = "bad_plugin"


def load(settings: Settings) -> Extensions:
    """Install the built-in features, vendors with a key and every plugin, and return them.

    Raises:
        BadPlugin: one cannot be imported, or is not `module:function`.
        Invalid: two of them register the same name.
    """
    extensions = Extensions(default_provider=settings.provider)
    builtin.register(extensions)
    for provider in _vendors(settings):
        extensions.providers.add(provider)
    extensions.effects.add(git_commit(settings.data_dir / "repositories"))
    if settings.composio_api_key is not None:
        _add_composio(extensions, settings)
    for register in _plugins(settings):
        register(extensions)
    install(extensions)
    return extensions


def _vendors(settings: Settings) -> Iterator[Provider]:
    """Yield the providers whose key is set, or whose server is one's own."""
    # A vendor's library takes a second and 50 MB to import; without a key nobody pays for it.
    if settings.anthropic_api_key is not None:
        yield import_module("pmflow_core.providers.anthropic").configured(settings)
    if settings.openai_api_key is not None or settings.openai_base_url is not None:
        yield import_module("pmflow_core.providers.openai").configured(settings)


def _add_composio(extensions: Extensions, settings: Settings) -> None:
    composio = import_module("pmflow_core.providers.composio")
    connected_tools = import_module("pmflow_core.runs.connected_tools")
    extensions.providers.add(composio.ComposioProvider())
    api = composio.configured(settings)
    for tool in connected_tools.kinds(api, settings.data_dir, settings.composio_user_id):
        # What an app of others is called must neither replace a tool of ours nor stop the start.
        if tool.name not in extensions.tools:
            extensions.tools.add(tool)


def _plugins(settings: Settings) -> Iterator[Register]:
    if settings.plugins:
        yield from (entry.load() for entry in entry_points(group=GROUP))
    yield from (_resolve(path) for path in settings.plugin_modules)


def _resolve(path: str) -> Register:
    module, _, function = path.partition(":")
    try:
        found: Register = getattr(import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise BadPlugin(f"The plugin {path!r} cannot be loaded: {error}") from error
    return found
