"""What can be wrong before anything starts, each in one line that says what to do."""

import errno
import socket
import sys
from collections.abc import Iterator

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from pmflow_core.embedded.account import ServerUnavailable, server_account, server_home
from pmflow_core.settings import Settings

PATIENCE_S = 5
OLDEST, TOO_NEW = (3, 11), (3, 14)


def faults(settings: Settings) -> list[str]:
    """Return everything that keeps pmflow from starting; empty when all is well."""
    return list(_faults(settings))


def _faults(settings: Settings) -> Iterator[str]:
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        yield (
            f"pmflow needs Python 3.11 to 3.13 and this is {sys.version.split()[0]};"
            " remove .venv and run `make up PYTHON=python3.13`."
        )
    if fault := port_fault(settings.host, settings.port):
        yield fault
    if settings.database_url is None or settings.redis_url is None:
        try:
            server_home(settings.data_dir, server_account())
        except ServerUnavailable as error:
            yield str(error)
    elif fault := _data_dir_fault(settings):
        yield fault
    if settings.database_url is not None:
        yield from database_faults(settings.database_url.get_secret_value())
    if settings.redis_url is not None:
        yield from redis_faults(settings.redis_url.get_secret_value())


def port_fault(host: str, port: int) -> str | None:
    """Return why the web process could not listen there, or None."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return (
                    f"Port {port} is in use; stop what uses it, or choose another one:"
                    f" pmflow up --port {port + 1 if port < 65535 else 8000}"
                )
            return f"Cannot listen on {host}:{port} ({error.strerror}); choose another --port."
    return None


def _data_dir_fault(settings: Settings) -> str | None:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        settings.secret()
    except OSError as error:
        return (
            f"The data folder {settings.data_dir} cannot be used ({error.strerror});"
            " set PMFLOW_DATA_DIR to a folder you may write."
        )
    return None


def database_faults(url: str) -> Iterator[str]:
    """Yield why the operator's own PostgreSQL cannot be used."""
    try:
        psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=PATIENCE_S).close()
    except psycopg.Error as error:
        reason = (str(error).strip() or "no answer").splitlines()[0]
        yield f"DATABASE_URL cannot be used: {reason}"


def redis_faults(url: str) -> Iterator[str]:
    """Yield why the operator's own Redis cannot be used."""
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=PATIENCE_S, retry=Retry(NoBackoff(), 0)
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        yield f"REDIS_URL cannot be used: {str(error).splitlines()[0]}"
