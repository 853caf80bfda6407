"""Both servers as the settings ask for them: the operator's own, else the embedded ones."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.embedded.server import EmbeddedServer
from pmflow_core.embedded.valkey import start_valkey
from pmflow_core.settings import Settings


@dataclass(frozen=True)
class ServerUrls:
    """Where the database and the wake-ups are; `embedded` are those that we look after."""

    database_url: str
    redis_url: str
    embedded: tuple[EmbeddedServer, ...] = ()


@contextmanager
def servers(settings: Settings) -> Generator[ServerUrls, None, None]:
    """Yield the urls, with embedded servers started or joined for those that are not set.

    Raises:
        ServerUnavailable: An embedded server cannot be started; the text says why in one line.
    """
    with ExitStack() as stack:
        embedded: list[EmbeddedServer] = []
        urls: list[str] = []
        for own, start in (
            (settings.database_url, start_postgres),
            (settings.redis_url, start_valkey),
        ):
            if own is not None:
                urls.append(own.get_secret_value())
                continue
            server = start(settings.data_dir)
            stack.callback(server.stop)
            embedded.append(server)
            urls.append(server.url)
        yield ServerUrls(urls[0], urls[1], tuple(embedded))
