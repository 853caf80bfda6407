"""The product's web process on a port, over two furnished workspaces that are really there."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, text

from pmflow_core import jobs, plugins
from pmflow_core.accounts.actor import Role
from pmflow_core.db.transaction import configure, make_engine
from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.embedded.valkey import start_valkey
from pmflow_core.events import bus
from pmflow_core.migrations import run as migrations
from pmflow_core.settings import get_settings
from tests.walls.rows import as_owner
from tests.walls.things import Side
from tests.walls.world import HOME, OURS, THEIRS, Headers, furnish_side, join, make_user, session_of

ROOT = Path(__file__).parents[2]
READY_S = 120


@dataclass(frozen=True)
class Live:
    """A running web process, what its servers hold, and one member of our workspace."""

    port: int
    folder: Path
    log: Path
    owner: Engine
    redis_url: str
    ours: Side
    theirs: Side
    admin: Headers

    def prints(self) -> dict[str, str]:
        """Return what every row of every table comes to, table by table."""
        with self.owner.connect() as connection:
            return {name: _print_of(connection, name) for name in _tables(connection)}

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the lines that the process has written about such an event."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        found = [json.loads(line) for line in lines if f'"{event}"' in line]
        return [line for line in found if line["event"] == event]


@contextmanager
def live(
    folder: Path,
    log: Path,
    beside: Sequence[str] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Generator[Live]:
    """Yield a web process on servers of its own in a folder, with the roles `beside` it."""
    with ExitStack() as stack:
        postgres, valkey = start_postgres(folder), start_valkey(folder)
        stack.callback(postgres.stop)
        stack.callback(valkey.stop)
        migrations.upgrade(postgres.url)
        engine = make_engine(postgres.url)
        stack.callback(engine.dispose)
        ours, theirs, admin = _furnish(engine)
        port = _free_port()
        told = {
            **os.environ,
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "PMFLOW_PORT": str(port),
            "PMFLOW_PUBLIC_URL": HOME,
            "PMFLOW_LOG_JSON": "true",
            **environment,
        }
        web = stack.enter_context(_process("web", told, log))
        for role in beside:
            stack.enter_context(_process(role, told, log))
        _await(port, web, log)
        yield Live(port, folder, log, engine, valkey.url, ours, theirs, admin)


def _furnish(engine: Engine) -> tuple[Side, Side, Headers]:
    plugins.load(get_settings())
    jobs.configure(None)
    bus.configure(None)
    with engine.begin() as connection:
        configure(connection)
        ours = furnish_side(connection, OURS, 7)
        theirs = furnish_side(connection, THEIRS, 90_007)
        admin = make_user("Workspace admin")
        join(ours.workspace_id, admin.id, Role.ADMIN)
        return ours, theirs, session_of(admin)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _process(role: str, told: Mapping[str, str], log: Path) -> Generator[subprocess.Popen[bytes]]:
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", role], cwd=ROOT, env=told, stdout=file, stderr=file
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the web process did not start:\n{log.read_text(encoding='utf-8')}")


def _tables(connection: Connection) -> list[str]:
    as_owner(connection)
    names = "select tablename from pg_tables where schemaname = 'public' order by 1"
    return list(connection.scalars(text(names)))


def _print_of(connection: Connection, table: str) -> str:
    # The names are the catalogue's own.
    rows = f"select t::text as line from {table} t"  # noqa: S608
    sums = "count(*) || ':' || md5(coalesce(string_agg(line, '|' order by line), ''))"
    return str(connection.scalar(text(f"select {sums} from ({rows}) r")))  # noqa: S608
