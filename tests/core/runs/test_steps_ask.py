"""A step that asks a person, and what later steps are told of the answer."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from pmflow_core.providers.base import GenerateRequest
from pmflow_core.runs.kinds import Answer, AnswerNeeded
from pmflow_core.runs.models import QuestionKind
from pmflow_core.runs.steps.ask import ASK, NotApproved, Params
from pmflow_core.runs.steps.generate_document import GENERATE_DOCUMENT
from pmflow_core.runs.steps.generate_document import Params as DocumentParams
from tests.core.runs.workbench import bench, context

CHOICE = Params(
    question="Which platform first?",
    kind=QuestionKind.CHOICE,
    options=["iOS", "Android"],
    default="iOS",
    timeout_h=24,
)


def test_without_an_answer_the_run_waits_for_one() -> None:
    with pytest.raises(AnswerNeeded) as needed:
        ASK.run(CHOICE, context(), bench())

    question = needed.value.question
    assert question.options == ("iOS", "Android")
    assert question.timeout == timedelta(hours=24)
    assert question.default == "iOS"


def test_the_answer_is_what_the_step_came_to() -> None:
    outcome = ASK.run(CHOICE, context(), bench(said={"answer": "Android"}))

    assert outcome.output == {"question": "Which platform first?", "answer": "Android"}
    assert outcome.summary == "Answer: Android"


def test_an_approval_that_is_refused_stops_the_run() -> None:
    """Failure 5: *Approve* verified nothing."""
    params = Params(question="Go on?", kind=QuestionKind.APPROVAL)

    assert ASK.run(params, context(), bench(said={"answer": "yes"})).output["answer"] == "yes"
    with pytest.raises(NotApproved, match="is no"):
        ASK.run(params, context(), bench(said={"answer": "no"}))


@pytest.mark.parametrize(
    "params",
    [
        {"question": "Which?", "kind": "choice"},
        {"question": "Which?", "kind": "choice", "options": ["a", "a"]},
        {"question": "Which?", "kind": "choice", "options": ["a", "b"], "default": "c"},
        {"question": "Which?", "options": ["a", "b"]},
        {"question": "Go on?", "kind": "approval", "default": "maybe"},
        {"question": ""},
        {"question": "Which?", "kind": "choice", "options": ["a", " "]},
        {"question": "Which?", "kind": "choice", "options": ["a", " a"]},
        {"question": "Which?", "kind": "choice", "options": ["a", "b" * 201]},
        {"question": "Why?", "default": " "},
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(params: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate(params)


def asked(tools_request: GenerateRequest) -> str:
    return "\n".join(tools_request.knowledge)


def test_what_people_answered_reaches_the_model() -> None:
    """Failure 17: Human answers never reached the model."""
    tools = bench("# Research\n\n## Key Insights\n\nSearch is gone [S-1].\n")
    told = context(answers=(Answer("Which platform first?", "Android", "Product lead"),))

    GENERATE_DOCUMENT.run(DocumentParams(template="research"), told, tools)

    assert "Product lead was asked: Which platform first?\nThe answer: Android" in asked(
        tools.provider.requests[0]
    )
    assert "## Key Insights" in tools.written
