"""Servers of torture's own in memory, and worker processes that are started again when they end."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psycopg
from redis import Redis

from pmflow_core import connections, plugins
from pmflow_core.connections import Urls
from pmflow_core.db import transaction
from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.embedded.server import EmbeddedServer
from pmflow_core.embedded.valkey import start_valkey
from pmflow_core.migrations import run as migrations
from pmflow_core.settings import Settings
from tests.torture import steps
from worker.children import LEASH, kill_session

ROOT = Path(__file__).parents[2]
# Shorter than in production, so that hundreds of faults fit into an hour.
QUICK = {
    "PMFLOW_LEASE_S": "3",
    "PMFLOW_HEARTBEAT_S": "1",
    "PMFLOW_RECONCILE_S": "0.5",
    "PMFLOW_PLUGIN_MODULES": f'["{steps.PLUGIN}"]',
    "PMFLOW_RUNS_PER_WORKSPACE": "8",
}
# Every committed change of a status, noted where the product does not look.
WITNESS = """
create schema torture;
create table torture.changes (
    id bigserial, workspace_id uuid, run_id uuid, step_key text, status text, fence int,
    at timestamptz default clock_timestamp());
create function torture.note_run() returns trigger language plpgsql security definer as $$
begin
    if tg_op = 'INSERT' or (old.status, old.fence) is distinct from (new.status, new.fence) then
        insert into torture.changes (workspace_id, run_id, status, fence)
        values (new.workspace_id, new.id, new.status, new.fence);
    end if;
    return null;
end $$;
create function torture.note_step() returns trigger language plpgsql security definer as $$
begin
    insert into torture.changes (workspace_id, run_id, step_key, status)
    values (new.workspace_id, new.run_id, new.step_key, new.status);
    return null;
end $$;
create trigger torture_run after insert or update on stage_runs
    for each row execute function torture.note_run();
create trigger torture_step after update of status on run_steps
    for each row execute function torture.note_step();
"""


@dataclass
class House:
    """The servers, the ledger, and where processes print to."""

    folder: Path
    postgres: EmbeddedServer
    valkey: EmbeddedServer
    ledger: Path
    log: Path
    leaders: list[int] = field(default_factory=list)

    @property
    def urls(self) -> Urls:
        """Return where the servers are; the addresses outlive a restart."""
        return Urls(self.postgres.url, self.valkey.url)

    @property
    def dsn(self) -> str:
        """Return where to look as the database's owner, past every wall."""
        return self.postgres.url.replace("+psycopg", "")

    def redis(self) -> Redis:
        """Return a client of the queue."""
        return Redis.from_url(self.valkey.url, socket_timeout=5)

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Return what a query finds, once the database answers."""
        until = time.monotonic() + 60
        while True:
            try:
                with psycopg.connect(self.dsn, autocommit=True, connect_timeout=5) as connection:
                    return connection.execute(statement, values).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def spawn(self, role: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start a process of pmflow in a session of its own."""
        command = [sys.executable, "-m", "worker", role]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-S", LEASH, str(os.getpid()), *command],
                cwd=ROOT,
                env={
                    **os.environ,
                    **QUICK,
                    "DATABASE_URL": self.postgres.url,
                    "REDIS_URL": self.valkey.url,
                    "PMFLOW_DATA_DIR": str(self.folder / "data"),
                    steps.LEDGER: str(self.ledger),
                    **environment,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.leaders.append(process.pid)
        return process

    def sweep(self) -> None:
        """End whatever is left of all processes, orphaned work-horses too, and empty the queue."""
        for leader in self.leaders:
            kill_session(leader)
        self.leaders.clear()
        for server in (self.postgres, self.valkey):
            if not server.alive():
                server.start_again()
        self.redis().flushall()
        self.rows("delete from worker_heartbeats returning 1")
        self.rows("delete from breakers returning 1")


class Workers:
    """Workers and a scheduler, each started again at once when it ends, as a service manager does.

    The pauses of `pmflow up` between restarts are for processes that cannot run; here every end is
    the nemesis's doing.
    """

    def __init__(self, house: House, count: int, *, scheduler: bool = True, **environment: str):
        self._house = house
        self._environment = environment
        self._roles = ["worker"] * count + ["scheduler"] * scheduler
        self._processes: list[subprocess.Popen[bytes]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tend, daemon=True)

    def __enter__(self) -> Self:
        self._processes = [self._house.spawn(role, self._environment) for role in self._roles]
        self._thread.start()
        until = time.monotonic() + 60
        while self._alive() < self._roles.count("worker") and time.monotonic() < until:
            time.sleep(0.05)
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()
        for process in self._processes:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()
        self._house.sweep()

    def parents(self) -> list[int]:
        """Return the process ids of the workers' parents."""
        pairs = zip(self._roles, list(self._processes), strict=True)
        return [process.pid for role, process in pairs if role == "worker"]

    def replace(self, pid: int) -> subprocess.Popen[bytes]:
        """Take a worker out of care, start another in its place, and return the old one."""
        place = next(n for n, process in enumerate(self._processes) if process.pid == pid)
        old = self._processes[place]
        self._processes[place] = self._house.spawn(self._roles[place], self._environment)
        return old

    def _alive(self) -> int:
        found = self._house.rows("select count(*) from worker_heartbeats where role = 'worker'")
        return int(str(found[0][0]))

    def _tend(self) -> None:
        while not self._stop.wait(0.1):
            for place, process in enumerate(self._processes):
                if process.poll() is not None:
                    role = self._roles[place]
                    self._processes[place] = self._house.spawn(role, self._environment)


def horse_of(parent: int) -> int | None:
    """Return the work-horse that a worker has forked, or None."""
    try:
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    except OSError:
        return None
    return next((int(child) for child in listed.split()), None)


def kill(pid: int) -> bool:
    """Kill a process as the kernel does when memory is short; False when it has ended."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def house() -> Iterator[House]:
    """Start the servers, migrate, put up the witness, and connect this process as the web is."""
    # A segfault is wanted, its core file is not.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    memory = Path("/dev/shm")  # noqa: S108 mkdtemp makes the name
    parent = memory if memory.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="pmflow-torture-", dir=parent))
    folder.chmod(0o711)
    postgres, valkey = start_postgres(folder), start_valkey(folder)
    try:
        migrations.upgrade(postgres.url)
        made = House(folder, postgres, valkey, folder / "ledger", folder / "workers.log")
        with psycopg.connect(made.dsn, autocommit=True) as connection:
            connection.execute(WITNESS)
        settings = Settings(plugin_modules=[steps.PLUGIN], database_pool_size=12)
        plugins.load(settings)
        connections.connect(settings, made.urls)
        yield made
        made.sweep()
    finally:
        transaction.dispose()
        postgres.stop()
        valkey.stop()
        shutil.rmtree(folder, ignore_errors=True)
