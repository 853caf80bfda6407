"""Real servers, real workers: an embedded PostgreSQL and Valkey, and processes that fork."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from redis import Redis
from sqlalchemy import delete, select
from sqlmodel import col

from pmflow_core import connections, onboarding, plugins
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.board import service as board
from pmflow_core.connections import Urls
from pmflow_core.db import transaction as transactions
from pmflow_core.db.transaction import transaction
from pmflow_core.documents.models import DocumentVersion
from pmflow_core.embedded.valkey import start_valkey
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import GateSpec, RecipeSpec, StepSpec
from pmflow_core.runs import repository
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import RunStep, StageRun, WorkerHeartbeat
from pmflow_core.runs.status import OPEN
from pmflow_core.settings import Settings
from pmflow_core.signals import links
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn

PLUGIN = "tests.worker.slow_step:register"
ROOT = Path(__file__).parents[2]
# Shorter than in production, so that a test need not wait for 45 s.
QUICK = {
    "PMFLOW_LEASE_S": "3",
    "PMFLOW_HEARTBEAT_S": "0.5",
    "PMFLOW_RECONCILE_S": "0.3",
    "PMFLOW_PLUGIN_MODULES": f'["{PLUGIN}"]',
}


@dataclass
class House:
    """Servers, and workers that a test may start and kill."""

    urls: Urls
    log: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, role: str = "worker", **environment: str) -> subprocess.Popen[bytes]:
        """Start a process of pmflow in a session of its own."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "worker", role],
                cwd=ROOT,
                env={
                    **os.environ,
                    **QUICK,
                    "DATABASE_URL": self.urls.database,
                    "REDIS_URL": self.urls.redis or "",
                    **environment,
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.workers.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a worker and its work-horse as a vanished host would take them."""
        for pid in (*_children(process.pid), process.pid):
            os.kill(pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End every process that is left."""
        for process in self.workers:
            if process.poll() is None:
                self.kill(process)


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


@pytest.fixture(scope="session")
def urls(database_url: str, make_server_folder: Callable[[], Path]) -> Iterator[Urls]:
    """Where the servers of these tests are."""
    server = start_valkey(make_server_folder())
    yield Urls(database_url, server.url)
    server.stop()


def finish_what_others_left(urls: Urls) -> None:
    """Mark work of other tests in the same database as done, so that workers do this test's."""
    with psycopg.connect(urls.database.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("update signals set processed_at = now() where processed_at is null")
        owner.execute("delete from signals_to_suggest")
        owner.execute("update imports set status = 'completed' where status = 'running'")
        owner.execute("update raw_events set status = 'processed' where status = 'received'")


@pytest.fixture
def house(urls: Urls, tmp_path: Path) -> Iterator[House]:
    """The servers with an empty queue, and this process connected to them as the web would be."""
    assert urls.redis is not None
    with Redis.from_url(urls.redis) as redis:
        redis.flushall()
    connections.connect(Settings(), urls)
    finish_what_others_left(urls)
    house = House(urls, tmp_path / "workers.log")
    yield house
    house.stop()
    with transaction(None) as session:
        # A killed worker cannot take its heartbeat back, and the next test counts the living.
        session.execute(delete(WorkerHeartbeat))
    transactions.dispose()


@pytest.fixture
def extensions() -> Extensions:
    """The built-in features and the slow steps."""
    return plugins.load(Settings(plugin_modules=[PLUGIN]))


@dataclass(frozen=True)
class Desk:
    """A project with evidence, in Discovery."""

    workspace_id: UUID
    project_id: UUID
    actor: Actor

    def run(self) -> UUID:
        """Request a run of the stage."""
        with transaction(self.workspace_id) as session:
            return board.start_run(session, self.actor, self.project_id).id

    def read(self, run_id: UUID) -> StageRun:
        """Return the run as it is now."""
        with transaction(self.workspace_id) as session:
            return repository.get_run(session, run_id)

    def steps(self, run_id: UUID) -> list[RunStep]:
        """Return the run's steps."""
        with transaction(self.workspace_id) as session:
            return repository.steps_of(session, run_id)

    def log(self, run_id: UUID) -> list[str]:
        """Return the texts of the run's log."""
        with transaction(self.workspace_id) as session:
            lines = repository.log_lines(session, run_id, after=0, limit=1000, newest=False)
            return [line.text for line in lines]

    def versions(self) -> list[tuple[str | None, int]]:
        """Return (step, number) of every document version of the workspace."""
        with transaction(self.workspace_id) as session:
            statement = select(DocumentVersion).order_by(col(DocumentVersion.id))
            found = session.scalars(statement)
            return [(version.step_key, version.number) for version in found]

    def wait(self, run_id: UUID, seconds: float = 30) -> StageRun:
        """Return the run once it has ended; the bound is the promise of `domain`: 30 s."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            run = self.read(run_id)
            if run.status not in OPEN:
                return run
            time.sleep(0.1)
        raise AssertionError(f"still {self.read(run_id).status}: {self.log(run_id)}")

    def wait_for_line(self, run_id: UUID, words: str, seconds: float = 20) -> None:
        """Return once a log line holds `words`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if any(words in line for line in self.log(run_id)):
                return
            time.sleep(0.05)
        raise AssertionError(f"no {words!r} in {self.log(run_id)}")


def slow_recipe(seconds: float, skill: str = "slow_document") -> RecipeSpec:
    """Two slow steps that each write a document."""
    params = {"seconds": seconds} if skill == "slow_document" else {}
    return RecipeSpec(
        stage="discovery",
        title="Work slowly",
        steps=tuple(
            StepSpec(key=key, title=key.title(), skill=skill, params=params)
            for key in ("first", "second")
        ),
        gates=(
            GateSpec(
                kind="document_exists", title="Research exists", params={"document": "research"}
            ),
        ),
    )


@pytest.fixture
def make_desk(house: House, extensions: Extensions) -> Callable[[RecipeSpec], Desk]:
    """Make a workspace whose Discovery runs the given recipe."""
    del house

    def make(recipe: RecipeSpec) -> Desk:
        workspace_id = uuid4()
        actor = Actor(workspace_id, Role.ADMIN, None, "Product lead")
        with transaction(workspace_id) as session:
            user = User(email=f"{workspace_id.hex}@example.com", name="Product lead")
            session.add(user)
            session.flush()
            onboarding.create_workspace(
                session,
                workspace_id,
                name="Crashes",
                slug=f"crash-{workspace_id.hex[:10]}",
                admin_user_id=user.id,
            )
            recipes.publish(session, actor, recipe, extensions.catalogue())
            project = board.create_project(session, actor, "Bring search back")
            rows = [SignalIn(text="Search is gone after the update.")]
            made = signals.ingest(session, actor, rows, source=Source.API)
            links.link_to_project(session, actor, made.ids, project.id)
            board.move(session, actor, project.id, "discovery")
            return Desk(workspace_id, project.id, actor)

    return make
