"""What commands share: their group, `--json`, and the servers they need."""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console

from pmflow_core import connections, plugins
from pmflow_core.cli.groups import command_group
from pmflow_core.db import transaction
from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.embedded.server import EmbeddedServer
from pmflow_core.embedded.valkey import start_valkey
from pmflow_core.migrations.run import upgrade
from pmflow_core.settings import Settings, get_settings

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
__all__ = ["Connected", "Json", "answer", "command_group", "connected", "in_no_workspace"]
in_no_workspace = partial(transaction.transaction, None)


@dataclass(frozen=True, slots=True)
class Connected:
    """What a command that is connected knows."""

    settings: Settings
    database_url: str
    redis_url: str | None


def answer(document: Mapping[str, object] | Sequence[object], text: str, *, as_json: bool) -> None:
    """Print a command's answer, for a program or for a person."""
    typer.echo(json.dumps(document, default=str, ensure_ascii=False) if as_json else text)


@contextmanager
def database_server(settings: Settings) -> Generator[str]:
    """Yield where PostgreSQL is, with the embedded one started or joined when none is set.

    Raises:
        ServerUnavailable: the embedded server cannot be started.
    """
    with _server(settings, settings.database_url, start_postgres) as url:
        yield url


@contextmanager
def redis_server(settings: Settings) -> Generator[str]:
    """Yield where Redis is; everything else as `database_server`."""
    with _server(settings, settings.redis_url, start_valkey) as url:
        yield url


@contextmanager
def connected(*, redis: bool = False) -> Generator[Connected]:
    """Connect this process to a migrated database, and to Redis where jobs are offered.

    Servers that this started are stopped afterwards, unless others use them.

    Raises:
        BadSettings: settings are wrong.
        Unavailable: a server does not answer or cannot be started.
    """
    settings = get_settings()
    with ExitStack() as stack:
        with Console(stderr=True).status("Reaching the servers…"):
            database_url = stack.enter_context(database_server(settings))
            redis_url = stack.enter_context(redis_server(settings)) if redis else None
            upgrade(database_url)
        plugins.load(settings)
        connections.connect(settings, connections.Urls(database_url, redis_url))
        stack.callback(transaction.dispose)
        yield Connected(settings, database_url, redis_url)


@contextmanager
def _server(
    settings: Settings, own: SecretStr | None, start: Callable[[Path], EmbeddedServer]
) -> Generator[str]:
    if own is not None:
        yield own.get_secret_value()
        return
    server = start(settings.data_dir)
    try:
        yield server.url
    finally:
        server.stop()
