"""Servers, workers and projects of a benchmark's own, in a folder that ends with it."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from pmflow_core import connections, onboarding, plugins
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.board import service as board
from pmflow_core.connections import Urls
from pmflow_core.db import transaction as transactions
from pmflow_core.db.hooks import on_commit
from pmflow_core.db.transaction import transaction
from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.embedded.valkey import start_valkey
from pmflow_core.migrations.run import upgrade
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs import repository
from pmflow_core.runs.extensions import installed
from pmflow_core.runs.models import RunStep
from pmflow_core.runs.status import OPEN, RunStatus
from pmflow_core.settings import Settings

ROOT = Path(__file__).parents[1]
PATIENCE_S = 180.0
LOOK_S = 0.01


@dataclass(frozen=True)
class Asked:
    """A run and the moment its request was committed, on the clock all processes share."""

    run_id: UUID
    ns: int


@dataclass(frozen=True)
class Desk:
    """A workspace whose Discovery runs one recipe, and its projects."""

    actor: Actor
    projects: tuple[UUID, ...]

    def ask(self, project_id: UUID) -> Asked:
        """Request a run as the web process does, and return it with the moment of the commit."""
        committed: list[int] = []
        with transaction(self.actor.workspace_id) as session:
            # registered first, so it is noted before the job is offered
            on_commit(session, lambda: committed.append(time.monotonic_ns()))
            run = board.start_run(session, self.actor, project_id)
        return Asked(run.id, committed[0])

    def steps(self, run_id: UUID) -> list[RunStep]:
        """Return the steps of a run once it has ended; raises RuntimeError if it did not complete.

        Looks seldom, so that looking takes little from what is measured.
        """
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with transaction(self.actor.workspace_id) as session:
                run = repository.get_run(session, run_id)
                if run.status is RunStatus.COMPLETED:
                    return repository.steps_of(session, run_id)
            if run.status not in OPEN:
                raise RuntimeError(f"run {run.number} {run.status}: {run.failure_message}")
            time.sleep(LOOK_S)
        raise RuntimeError(f"run {run_id} did not end in {PATIENCE_S:g} s")


@contextmanager
def house(plugin: str, folder: Path | None = None) -> Generator[Urls, None, None]:
    """Yield where fresh embedded servers are, with this process connected to them.

    `folder` chooses the disk; a temporary folder is made in it and removed at the end.
    """
    place = Path(tempfile.mkdtemp(prefix="pmflow-bench-", dir=folder))
    # whoever a server's process becomes must reach its folder
    place.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        postgres, valkey = start_postgres(place), start_valkey(place)
        stack.callback(postgres.stop)
        stack.callback(valkey.stop)
        upgrade(postgres.url)
        settings = Settings(plugin_modules=[plugin])  # pyright: ignore[reportCallIssue] the environment has the rest
        plugins.load(settings)
        urls = Urls(postgres.url, valkey.url)
        connections.connect(settings, urls)
        stack.callback(transactions.dispose)
        yield urls


@contextmanager
def workers(
    urls: Urls, plugin: str, count: int = 2, environment: Mapping[str, str] | None = None
) -> Generator[None, None, None]:
    """Run what `pmflow up` runs beside the web process: workers and the scheduler."""
    told = {
        **os.environ,
        "DATABASE_URL": urls.database,
        "REDIS_URL": urls.redis or "",
        "PMFLOW_PLUGIN_MODULES": f'["{plugin}"]',
        **(environment or {}),
    }
    roles = [*["worker"] * count, "scheduler"]
    processes = [
        subprocess.Popen([sys.executable, "-m", "worker", role], cwd=ROOT, env=told)
        for role in roles
    ]
    try:
        _wait_for(count)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=PATIENCE_S)


def make_desk(recipe: RecipeSpec, projects: int) -> Desk:
    """Add a workspace that runs `recipe` in Discovery, with that many projects there."""
    workspace_id = uuid4()
    actor = Actor(workspace_id, Role.ADMIN, None, "Product lead")
    with transaction(workspace_id) as session:
        user = User(email=f"{workspace_id.hex}@example.com", name="Product lead")
        session.add(user)
        session.flush()
        onboarding.create_workspace(
            session,
            workspace_id,
            name="Benchmark",
            slug=f"bench-{workspace_id.hex[:10]}",
            admin_user_id=user.id,
        )
        recipes.publish(session, actor, recipe, installed().catalogue())
        made = [
            board.create_project(session, actor, f"Project {number}").id
            for number in range(projects)
        ]
        for project_id in made:
            board.move(session, actor, project_id, recipe.stage, "A benchmark needs no evidence")
    return Desk(actor, tuple(made))


def _wait_for(count: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with transaction(None) as session:
            if repository.workers_alive(session) >= count:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the workers did not start in {PATIENCE_S:g} s")
