"""Workspaces, projects and runs to torture, and the waiting for their end."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from pmflow_core import onboarding
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import GateSpec, Level, RecipeSpec, StepSpec
from pmflow_core.runs.extensions import installed
from pmflow_core.runs.service import USUAL, RunOptions
from pmflow_core.signals import links
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from tests.torture.house import House

EXISTS = GateSpec(kind="document_exists", title="Research exists", params={"document": "research"})


def working(count: int, seconds: float = 0.02, *, commit: bool = False) -> tuple[StepSpec, ...]:
    """Return steps that each work for a while and write a version, which git may get too."""
    return tuple(
        StepSpec(
            key=f"step_{n}",
            title=f"Step {n}",
            skill="torture_work",
            params={"key": f"step_{n}", "seconds": seconds},
            commit=commit,
        )
        for n in range(1, count + 1)
    )


def recipe(
    steps: tuple[StepSpec, ...],
    stage: str = "discovery",
    *,
    then: str | None = None,
    provider: str | None = None,
    fallbacks: tuple[str, ...] = (),
) -> RecipeSpec:
    """Return a recipe of these steps; with `then` the project goes on to that stage by itself."""
    return RecipeSpec(
        stage=stage,
        title=f"Work at {stage}",
        steps=steps,
        gates=(EXISTS,),
        level=Level.AUTO_TO_STAGE if then else Level.HUMAN_APPROVAL,
        stop_stage=then,
        provider=provider,
        fallbacks=fallbacks,
    )


def chain(steps: int, seconds: float) -> tuple[RecipeSpec, ...]:
    """Return recipes of which the first, once through, has the second run; both commit to git."""
    return (
        recipe(working(steps, seconds, commit=True), then="prd"),
        recipe(working(2, seconds, commit=True), "prd"),
    )


@dataclass(frozen=True)
class Office:
    """A workspace with projects in Discovery."""

    actor: Actor
    projects: tuple[UUID, ...]

    @property
    def id(self) -> UUID:
        """Return the workspace."""
        return self.actor.workspace_id

    def request(self, project: UUID, options: RunOptions = USUAL) -> str:
        """Request a run of the project's stage and return its id."""
        with transaction(self.id) as session:
            return str(board.start_run(session, self.actor, project, options=options).id)

    def request_all(self) -> list[str]:
        """Request a run of each project."""
        return [self.request(project) for project in self.projects]


def open_office(specs: Sequence[RecipeSpec], projects: int) -> Office:
    """Make a workspace with these recipes and projects with evidence."""
    workspace_id = uuid4()
    actor = Actor(workspace_id, Role.ADMIN, None, "Product lead")
    with transaction(workspace_id) as session:
        user = User(email=f"{workspace_id.hex}@example.com", name="Product lead")
        session.add(user)
        session.flush()
        onboarding.create_workspace(
            session,
            workspace_id,
            name="Torture",
            slug=f"torture-{workspace_id.hex[:10]}",
            admin_user_id=user.id,
        )
        for spec in specs:
            recipes.publish(session, actor, spec, installed().catalogue())
        row = SignalIn(text="Search is gone after the update.")
        made = signals.ingest(session, actor, [row], source=Source.API)
        ids: list[UUID] = []
        for number in range(projects):
            project = board.create_project(session, actor, f"Project {workspace_id} {number}")
            links.link_to_project(session, actor, made.ids, project.id)
            board.move(session, actor, project.id, "discovery", "torture begins here")
            ids.append(project.id)
    return Office(actor, tuple(ids))


def unfinished(house: House, offices: Sequence[Office]) -> int:
    """Return how many runs of these workspaces have not ended, and effects are not carried out."""
    statement = """select
        (select count(*) from stage_runs
            where workspace_id = any(%s) and status in ('queued', 'running', 'waiting'))
        + (select count(*) from outbox where workspace_id = any(%s) and status = 'pending')"""
    ids = [office.id for office in offices]
    return int(str(house.rows(statement, ids, ids)[0][0]))


def wait_for_the_end(house: House, offices: Sequence[Office], patience_s: float) -> bool:
    """Return whether all runs of these workspaces have come to an end, within the patience."""
    until = time.monotonic() + patience_s
    while unfinished(house, offices):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True
