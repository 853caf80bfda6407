"""A step asks, a person or the clock answers, and the same run goes on at the same step."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import BaseModel
from sqlalchemy import func, update
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.board.reads import read_project, read_why
from pmflow_core.board.shown_runs import read_run
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.projects import repository as projects
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import RecipeSpec, StepSpec
from pmflow_core.runs import question_rows, questions, repository, service
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import QuestionDraft, RunContext, StepKind, StepOutcome, Tools
from pmflow_core.runs.models import Question, QuestionKind, StageRun
from pmflow_core.runs.schemas import QuestionRead
from pmflow_core.runs.status import FailureClass, RunStatus, StepStatus
from tests.core.runs.staging import Desk


class Ask(BaseModel):
    """How the asking step of these tests asks."""

    kind: QuestionKind = QuestionKind.CHOICE
    text: str = "Which platform comes first?"
    options: tuple[str, ...] = ("phone", "desktop")
    default: str | None = None
    timeout_s: float | None = None


@pytest.fixture
def told(extensions: Extensions) -> list[tuple[str, ...]]:
    """Register a step that asks, and one that keeps which answers reached it."""
    heard: list[tuple[str, ...]] = []

    def ask(params: Ask, context: RunContext, tools: Tools) -> StepOutcome:
        del context
        timeout = None if params.timeout_s is None else timedelta(seconds=params.timeout_s)
        draft = QuestionDraft(
            "platform", params.kind, params.text, params.options, params.default, timeout
        )
        return StepOutcome(f"They said {tools.ask(draft)}")

    def listen(params: Ask, context: RunContext, tools: Tools) -> StepOutcome:
        del params, tools
        heard.append(tuple(f"{each.question} {each.answer} {each.by}" for each in context.answers))
        return StepOutcome("Heard")

    extensions.steps.add(StepKind("ask_around", Ask, ask))
    extensions.steps.add(StepKind("listen_in", Ask, listen))
    return heard


@pytest.fixture
def asking(
    told: list[tuple[str, ...]], extensions: Extensions, desk: Desk, admin: Actor
) -> Callable[..., StageRun]:
    """Run a recipe that asks and then listens, until it waits."""
    del told

    def run(**params: object) -> StageRun:
        from_steps = (
            StepSpec(key="ask", title="Ask", skill="ask_around", params=params),
            StepSpec(key="listen", title="Listen", skill="listen_in"),
        )
        spec = RecipeSpec(stage="discovery", title="Ask around", steps=from_steps)
        with transaction(desk.actor.workspace_id) as session:
            recipes.publish(session, admin, spec, extensions.catalogue())
            made = board.start_run(session, desk.actor, desk.id, "discovery")
        Engine(extensions).execute(made.id, "w1")
        return made

    return run


def the_question(desk: Desk, run: StageRun) -> QuestionRead:
    with transaction(desk.actor.workspace_id) as session:
        (question,) = questions.open_questions(session, desk.actor, run.id)
        return question


def give(desk: Desk, run: StageRun, text: str) -> QuestionRead:
    with transaction(desk.actor.workspace_id) as session:
        return questions.answer_run(session, desk.actor, run.id, text)


def let_time_run_out(desk: Desk, run: StageRun) -> Question:
    with transaction(desk.actor.workspace_id) as session:
        question = question_rows.open_question_of(session, run.id)
        assert question is not None
        late = func.now() - timedelta(seconds=1)
        session.execute(
            update(Question).where(col(Question.id) == question.id).values(deadline_at=late)
        )
        return question


def test_a_run_that_asks_waits_and_says_what_for(
    desk: Desk, asking: Callable[..., StageRun]
) -> None:
    run = asking(timeout_s=3600, default="phone")

    with transaction(desk.actor.workspace_id) as session:
        why = read_why(session, desk.actor, desk.id)
        shown = read_run(session, desk.actor, run.id)
    question = the_question(desk, run)
    assert shown.row.status is RunStatus.WAITING
    assert why.reason == "Waits for an answer: Which platform comes first?"
    assert why.next_action.startswith("Answer phone or desktop by 20")
    assert why.next_action.endswith("then pmflow takes “phone”")
    assert (why.owner, why.question_id) == ("Product lead", question.id)
    assert (question.step_key, question.options) == ("ask", ("phone", "desktop"))
    assert [each.id for each in shown.questions] == [question.id]


def test_an_answer_resumes_the_same_run_at_the_step_and_reaches_later_steps(
    desk: Desk,
    asking: Callable[..., StageRun],
    told: list[tuple[str, ...]],
    extensions: Extensions,
) -> None:
    """Failure 17: Human answers never reached the model."""
    run = asking()

    answered = give(desk, run, " desktop ")
    Engine(extensions).execute(run.id, "w2")

    with transaction(desk.actor.workspace_id) as session:
        ended = read_run(session, desk.actor, run.id)
        timeline = [row.text for row in read_project(session, desk.actor, desk.key).activity]
    assert (answered.answer, answered.answered_by) == ("desktop", "Product lead")
    assert ended.row.status is RunStatus.COMPLETED
    assert ended.steps[0].summary == "They said desktop"
    assert told == [("Which platform comes first? desktop Product lead",)]
    assert "Answered “Which platform comes first?”: desktop" in timeline
    assert "Asks: Which platform comes first?" in timeline


@pytest.mark.parametrize(
    ("params", "given", "words"),
    [
        ({}, "tablet", "one of: phone, desktop"),
        ({}, "", "one of: phone, desktop"),
        ({"kind": "approval", "options": ()}, "maybe", "one of: yes, no"),
        ({"kind": "text", "options": ()}, "  ", "1 to 8,000"),
        ({"kind": "text", "options": ()}, "x" * 8_001, "1 to 8,000"),
    ],
)
def test_an_answer_that_is_not_allowed_changes_nothing(
    desk: Desk, asking: Callable[..., StageRun], params: dict[str, object], given: str, words: str
) -> None:
    run = asking(**params)

    with pytest.raises(questions.WrongAnswer, match=words):
        give(desk, run, given)

    assert the_question(desk, run).answer is None


@pytest.mark.parametrize(
    ("params", "given", "kept"),
    [
        ({"kind": "approval", "options": ()}, "Yes", "yes"),
        (
            {"kind": "text", "options": ()},
            " both, \x00in turn ",
            "both, \N{REPLACEMENT CHARACTER}in turn",
        ),
    ],
)
def test_an_answer_is_kept_as_its_kind_wants_it(
    desk: Desk, asking: Callable[..., StageRun], params: dict[str, object], given: str, kept: str
) -> None:
    assert give(desk, asking(**params), given).answer == kept


def test_a_question_is_answered_once(desk: Desk, asking: Callable[..., StageRun]) -> None:
    run = asking()
    question = give(desk, run, "phone")

    with (
        transaction(desk.actor.workspace_id) as session,
        pytest.raises(questions.QuestionIsClosed, match="Product lead answered this: phone"),
    ):
        questions.answer(session, desk.actor, question.id, "desktop")
    with pytest.raises(NotFound, match="asks nothing now; it is queued"):
        give(desk, run, "desktop")


def test_a_cancelled_run_closes_its_question(desk: Desk, asking: Callable[..., StageRun]) -> None:
    run = asking()
    question = the_question(desk, run)

    with transaction(desk.actor.workspace_id) as session:
        service.cancel(session, desk.actor, run.id)
        left = questions.open_questions(session, desk.actor)
        with pytest.raises(questions.QuestionIsClosed, match="is cancelled, so its question"):
            questions.answer(session, desk.actor, question.id, "phone")

    assert left == ()


def test_a_viewer_sees_the_question_but_may_not_answer(
    desk: Desk, asking: Callable[..., StageRun], viewer: Actor
) -> None:
    question = the_question(desk, asking())

    with transaction(desk.actor.workspace_id) as session:
        assert questions.open_questions(session, viewer) == (question,)
        with pytest.raises(PermissionDenied):
            questions.answer(session, viewer, question.id, "phone")


def test_when_time_runs_out_the_default_is_taken_and_said_to_be_pmflows(
    desk: Desk,
    asking: Callable[..., StageRun],
    told: list[tuple[str, ...]],
    extensions: Extensions,
) -> None:
    run = asking(default="phone", timeout_s=3600)
    question = let_time_run_out(desk, run)

    with transaction(None) as session:
        assert question.id in [found for _, found in question_rows.overdue(session)]
    with transaction(desk.actor.workspace_id) as session:
        questions.expire(session, question.id)
        questions.expire(session, question.id)
    Engine(extensions).execute(run.id, "w2")

    assert told == [("Which platform comes first? phone pmflow",)]


def test_a_question_with_time_left_does_not_expire(
    desk: Desk, asking: Callable[..., StageRun]
) -> None:
    run = asking(default="phone", timeout_s=3600)

    with transaction(desk.actor.workspace_id) as session:
        questions.expire(session, the_question(desk, run).id)

    assert the_question(desk, run).is_open


def test_a_run_that_nobody_answers_fails_with_its_reason(
    desk: Desk, asking: Callable[..., StageRun]
) -> None:
    run = asking(timeout_s=3600)
    question = let_time_run_out(desk, run)

    with transaction(desk.actor.workspace_id) as session:
        questions.expire(session, question.id)
        ended = repository.get_run(session, run.id)
        step = repository.steps_of(session, run.id)[0]
        decision = projects.decision_of_run(session, run.id)
        why = read_why(session, desk.actor, desk.id)

    assert (ended.status, ended.failure_class) == (RunStatus.FAILED, FailureClass.UNANSWERED)
    assert step.status is StepStatus.FAILED
    assert decision is not None
    assert why.reason == decision.reason
    assert "Nobody answered “Which platform comes first?” in time" in why.reason
    assert questions_left(desk) == ()


def questions_left(desk: Desk) -> tuple[QuestionRead, ...]:
    with transaction(desk.actor.workspace_id) as session:
        return questions.open_questions(session, desk.actor)
