"""What `pmflow doctor` looks at: each thing by itself, with what to do when it is wrong."""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from pmflow_core.cli.frame import database_server, redis_server
from pmflow_core.embedding.minilm import MODEL_DIR, SHA256
from pmflow_core.errors import Unavailable
from pmflow_core.migrations import run as migrations
from pmflow_core.settings import Settings

FREE_BYTES_WANTED = 1_000_000_000
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `remedy` says what to do when it is not ok."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def look(settings: Settings) -> Iterator[Finding]:
    """Yield every finding, in the order in which they matter."""
    yield _python()
    yield _data_dir(settings.data_dir)
    yield _disk(settings.data_dir)
    yield from _database(settings)
    yield _redis(settings)
    yield _model()
    yield _frontend()


def _python() -> Finding:
    version = sys.version.split()[0]
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Finding("python", fits, version, "Use Python 3.11 to 3.13.")


def _data_dir(folder: Path) -> Finding:
    remedy = "Make it writable for this user, or set PMFLOW_DATA_DIR to a folder that is."
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding("data_dir", False, f"{folder}: {error.strerror}", remedy)
    return Finding("data_dir", True, str(folder))


def _disk(folder: Path) -> Finding:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return Finding(
        "disk",
        free >= FREE_BYTES_WANTED,
        f"{free / 1e9:.1f} GB free",
        "Free at least 1 GB, or set PMFLOW_DATA_DIR to a bigger disk.",
    )


def _database(settings: Settings) -> Iterator[Finding]:
    remedy = "Start the server, or mend DATABASE_URL; without it the embedded one is used."
    try:
        with database_server(settings) as url:
            engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})
            with engine.connect() as connection:
                yield from _inside(connection, settings)
    except OperationalError as error:
        reason = (str(error.orig).strip() or "no answer").splitlines()[0]
        yield Finding("database", False, reason, remedy)
    except Unavailable as error:
        yield Finding("database", False, str(error), remedy)


def _inside(connection: Connection, settings: Settings) -> Iterator[Finding]:
    version = connection.scalar(text("show server_version"))
    yield Finding("database", True, f"PostgreSQL {version}")
    vector = connection.scalar(
        text("select default_version from pg_available_extensions where name = 'vector'")
    )
    yield Finding(
        "pgvector",
        vector is not None,
        "not installed" if vector is None else str(vector),
        "Install the extension pgvector on the database server.",
    )
    current = migrations.is_current(connection)
    yield Finding(
        "migrations",
        current,
        f"at {migrations.head()}" if current else f"behind {migrations.head()}",
        "Run: pmflow db upgrade",
    )
    if current:
        yield _workers(connection, settings.lease_s)


def _workers(connection: Connection, patience_s: float) -> Finding:
    alive = connection.scalar(
        text(
            "select count(*) from worker_heartbeats where role = 'worker'"
            " and seen_at > now() - make_interval(secs => :patience)"
        ),
        {"patience": patience_s},
    )
    waiting = connection.scalar(text("select count(*) from pmflow_unfinished_runs()"))
    detail = f"{alive} alive" + (f", {waiting} runs wait for one" if waiting else "")
    return Finding("workers", bool(alive), detail, "Run: pmflow up (or: pmflow worker)")


def _redis(settings: Settings) -> Finding:
    remedy = "Start the server, or mend REDIS_URL; without it the embedded one is used."
    try:
        with (
            redis_server(settings) as url,
            Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client,
        ):
            client.ping()
    except (RedisError, Unavailable) as error:
        return Finding("redis", False, str(error), remedy)
    return Finding("redis", True, "answers")


def _model() -> Finding:
    for name, expected in SHA256.items():
        file = MODEL_DIR / name
        if not file.is_file():
            return Finding("model", False, f"{name} is missing", "Install pmflow again.")
        if hashlib.sha256(file.read_bytes()).hexdigest() != expected:
            return Finding("model", False, f"{name} is damaged", "Install pmflow again.")
    return Finding("model", True, "as shipped")


def _frontend() -> Finding:
    built = (ROOT / ".web" / "build" / "client" / "index.html").is_file()
    return Finding("frontend", built, "built" if built else "not built", "Run: pmflow up")
