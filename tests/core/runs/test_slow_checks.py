"""Slow checks of plugins: run before the decision, bound to what they saw, once per documents."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from pydantic import BaseModel

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.board.reads import read_why
from pmflow_core.board.shown_runs import read_run
from pmflow_core.db.transaction import transaction
from pmflow_core.providers.base import ProviderUnavailable
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import GateSpec, RecipeSpec, StepSpec
from pmflow_core.recipes.validation import InvalidRecipe
from pmflow_core.runs import repository
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import Check, QuestionDraft, RunContext, Tools
from pmflow_core.runs.models import QuestionKind, StageRun
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine


class Params(BaseModel):
    """How long a document may be."""

    words: int = 100


@dataclass
class Reader:
    """A check that notes what it saw and does what it is told to."""

    seen: list[str] = field(default_factory=list)
    act: Callable[[Tools], None] = lambda _tools: None

    def check(self, params: Params, context: RunContext, tools: Tools) -> tuple[bool, str]:
        """Pass a research that is short enough."""
        self.act(tools)
        text = context.documents["research"]
        self.seen.append(text)
        count = len(text.split())
        return count <= params.words, f"{count} words, at most {params.words}"


@pytest.fixture
def reader(extensions: Extensions) -> Reader:
    """The check `length`."""
    reader = Reader()
    extensions.checks.add(Check("length", Params, reader.check))
    return reader


@pytest.fixture
def publish(desk: Desk, extensions: Extensions, reader: Reader) -> Callable[..., None]:
    """Publish Discovery with a gate that asks the check."""
    del reader

    def publish(**params: object) -> None:
        step = StepSpec(
            key="research",
            title="Research",
            skill="generate_document",
            params={"template": "research"},
        )
        gate = GateSpec(kind="custom", title="Length", params=params)
        spec = RecipeSpec(stage="discovery", title="Research", steps=(step,), gates=(gate,))
        with transaction(desk.actor.workspace_id) as session:
            admin = Actor(desk.actor.workspace_id, Role.ADMIN)
            recipes.publish(session, admin, spec, extensions.catalogue())

    return publish


def carry(desk: Desk, make_engine: MakeEngine) -> tuple[StageRun, str]:
    """Run Discovery and return the run with what its gate says."""
    with transaction(desk.actor.workspace_id) as session:
        run = board.start_run(session, desk.actor, desk.id, "discovery")
    make_engine(RESEARCH).execute(run.id, "w1")
    with transaction(desk.actor.workspace_id) as session:
        (gate,) = read_run(session, desk.actor, run.id).gates
        return repository.get_run(session, run.id), gate.detail


def test_a_check_sees_what_the_run_wrote_and_its_result_decides(
    desk: Desk, make_engine: MakeEngine, publish: Callable[..., None], reader: Reader
) -> None:
    publish(check="length", params={"words": 3})

    run, detail = carry(desk, make_engine)

    assert reader.seen == [RESEARCH]
    assert detail.endswith("at most 3")
    assert run.gate_evidence["Length"]["passed"] is False
    with transaction(desk.actor.workspace_id) as session:
        assert "Stays in Discovery" in read_why(session, desk.actor, desk.id).reason


def test_an_edit_after_the_check_voids_it(
    desk: Desk, make_engine: MakeEngine, publish: Callable[..., None], reader: Reader
) -> None:
    """Failure 19: Gates looked at documents loaded before the run."""
    publish(check="length")
    _, detail = carry(desk, make_engine)
    assert "at most 100" in detail

    with transaction(desk.actor.workspace_id) as session:
        board.edit_document(session, desk.actor, desk.key, "research", RESEARCH + "x\n", base=1)
        why = read_why(session, desk.actor, desk.id)

    assert not why.can_approve
    assert "research changed after the check; run the stage again." in why.reason
    assert len(reader.seen) == 1


def test_an_edit_while_the_check_works_voids_it_too(
    desk: Desk, make_engine: MakeEngine, publish: Callable[..., None], reader: Reader
) -> None:
    """Failure 19: Gates looked at documents loaded before the run."""
    publish(check="length")

    def edit(_tools: Tools) -> None:
        with transaction(desk.actor.workspace_id) as session:
            board.edit_document(session, desk.actor, desk.key, "research", RESEARCH + "x\n", base=1)

    reader.act = edit

    _, detail = carry(desk, make_engine)

    assert detail == "research changed after the check; run the stage again."


def _raise(error: Exception) -> Callable[[Tools], None]:
    def act(_tools: Tools) -> None:
        raise error

    return act


def _ask(tools: Tools) -> None:
    tools.ask(QuestionDraft("q", QuestionKind.TEXT, "Is it?"))


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (_raise(ProviderUnavailable("nobody answers")), "could not be carried out: nobody answers"),
        (_ask, "asks a person, which a check cannot"),
    ],
)
def test_a_check_that_cannot_tell_has_not_passed(
    desk: Desk,
    make_engine: MakeEngine,
    publish: Callable[..., None],
    reader: Reader,
    act: Callable[[Tools], None],
    words: str,
) -> None:
    publish(check="length")
    reader.act = act

    run, detail = carry(desk, make_engine)

    assert words in detail
    assert run.status == "completed"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"check": "luck"}, "there is no check 'luck'; known are length"),
        (
            {"check": "length", "params": {"words": "many"}},
            "words: Input should be a valid integer",
        ),
        ({}, "check: Field required"),
    ],
)
def test_a_recipe_with_an_unknown_check_is_refused(
    publish: Callable[..., None], params: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidRecipe, match=words):
        publish(**params)
