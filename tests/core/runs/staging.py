"""A workspace with recipes, a project with evidence, and an engine whose provider is scripted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from pmflow_core import onboarding
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PmflowError
from pmflow_core.providers.base import Completion
from pmflow_core.providers.scripted import ScriptedProvider
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import GateSpec, Level, RecipeSpec, StepSpec
from pmflow_core.runs import builtin
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import Extensions, install
from pmflow_core.signals import links
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn

VERBATIMS = (
    "The search bar disappeared after the update.",
    "I cannot find search any more, please bring it back.",
    "Search keeps disappearing when I lock the phone.",
)
RESEARCH = """# Research

## Key Insights

Search vanishes after the update: “The search bar disappeared” [S-1].

## User Problems

People look for search and do not find it [S-2].

## Personas

Listeners who lock their phone lose it too [S-3].

## Open Questions

- Which release introduced it?
"""

Answer = str | Completion | PmflowError


@pytest.fixture
def answers() -> list[Answer]:
    """What the scripted provider will say, in order."""
    return []


@pytest.fixture
def extensions(answers: list[Answer]) -> Extensions:
    """The built-in features, with the scripted provider as the default."""
    extensions = Extensions(default_provider="scripted")
    builtin.register(extensions)
    extensions.providers.add(ScriptedProvider(answers))
    install(extensions)
    return extensions


@pytest.fixture
def workspace_id(connection: Connection, extensions: Extensions) -> UUID:
    """A workspace with stages and the default recipes."""
    del connection, extensions
    workspace_id = uuid4()
    with transaction(workspace_id) as session:
        owner = User(email=f"{workspace_id.hex}@example.com", name="Product lead")
        session.add(owner)
        session.flush()
        onboarding.create_workspace(
            session,
            workspace_id,
            name="Acme",
            slug=f"acme-{workspace_id.hex[:8]}",
            admin_user_id=owner.id,
        )
    return workspace_id


@dataclass(frozen=True)
class Desk:
    """A project with three linked signals, in a stage."""

    id: UUID
    key: str
    actor: Actor


@pytest.fixture
def desk(workspace_id: UUID, editor: Actor) -> Desk:
    """The project, in Inbox."""
    with transaction(workspace_id) as session:
        project = board.create_project(session, editor, "Bring search back")
        rows = [SignalIn(text=text, source_ref=str(n)) for n, text in enumerate(VERBATIMS)]
        made = signals.ingest(session, editor, rows, source=Source.API)
        links.link_to_project(session, editor, made.ids, project.id)
        return Desk(project.id, project.key, editor)


MakeEngine = Callable[..., Engine]


@pytest.fixture
def make_engine(extensions: Extensions, answers: list[Answer]) -> MakeEngine:
    """Make an engine whose provider gives these answers in order."""

    def make(*script: Answer) -> Engine:
        answers.extend(script)
        return Engine(extensions)

    return make


@pytest.fixture
def one_step(workspace_id: UUID, extensions: Extensions) -> Callable[..., None]:
    """Publish a recipe of one research step for a stage."""

    def publish(
        stage: str = "discovery",
        *,
        criteria: tuple[str, ...] = ("quotes:verbatim",),
        retries: int = 0,
        level: Level = Level.HUMAN_APPROVAL,
        stop_stage: str | None = None,
        skill: str = "generate_document",
        timeout_s: float = 600,
    ) -> None:
        params = {"template": "research"} if skill == "generate_document" else {}
        step = StepSpec(
            key="research",
            title="Research",
            skill=skill,
            params=params,
            criteria=criteria,
            retries=retries,
            timeout_s=timeout_s,
        )
        gate = GateSpec(
            kind="document_exists", title="Research exists", params={"document": "research"}
        )
        spec = RecipeSpec(
            stage=stage,
            title="Synthesise research",
            steps=(step,),
            gates=(gate,),
            level=level,
            stop_stage=stop_stage,
        )
        admin = Actor(workspace_id, Role.ADMIN)
        with transaction(workspace_id) as session:
            recipes.publish(session, admin, spec, extensions.catalogue())

    return publish


@pytest.fixture
def session(workspace_id: UUID) -> Iterator[Session]:
    """A session inside the workspace."""
    with transaction(workspace_id) as session:
        yield session
