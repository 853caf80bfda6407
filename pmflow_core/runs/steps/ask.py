"""The step that asks a person; later steps and the model are told the answer."""

from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from pmflow_core.errors import Conflict
from pmflow_core.runs.kinds import QuestionDraft, RunContext, StepKind, StepOutcome, Tools
from pmflow_core.runs.models import QuestionKind
from pmflow_core.runs.requests import one_line

_YES_OR_NO = ("yes", "no")
_HOURS_OF_A_QUARTER = 24 * 92
# An answer is taken without the blanks around it, so an option must not need them.
Option = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class NotApproved(Conflict):
    """A person was asked in the middle of a run whether it may go on, and said no."""

    code = "not_approved"


class Params(BaseModel):
    """Parameters in a recipe."""

    question: str = Field(min_length=1, max_length=2_000)
    kind: QuestionKind = QuestionKind.TEXT
    options: list[Option] = Field(
        default_factory=list, max_length=12, description="For a choice, two or more."
    )
    default: Annotated[str, StringConstraints(strip_whitespace=True)] | None = Field(
        default=None,
        min_length=1,
        max_length=8_000,
        description="Taken when time runs out; without it the run fails then.",
    )
    timeout_h: float | None = Field(
        default=None, gt=0, le=_HOURS_OF_A_QUARTER, description="Hours; None waits for ever."
    )

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        choice = self.kind is QuestionKind.CHOICE
        if choice and (len(self.options) < 2 or len(set(self.options)) < len(self.options)):
            raise ValueError("a choice needs two or more different options")
        if not choice and self.options:
            raise ValueError(f"only a choice has options, not {self.kind.value}")
        allowed = self.options if choice else _YES_OR_NO
        free = self.default is None or self.kind is QuestionKind.TEXT
        if not free and self.default not in allowed:
            raise ValueError(f"the default is one of {', '.join(allowed)}")
        return self


def run(params: Params, context: RunContext, tools: Tools) -> StepOutcome:
    """Wait for the answer and pass it on.

    Raises:
        AnswerNeeded: there is none yet; the run waits.
        NotApproved: the question was an approval, and the answer is no.
    """
    del context
    timeout = None if params.timeout_h is None else timedelta(hours=params.timeout_h)
    question = QuestionDraft(
        "answer", params.kind, params.question, tuple(params.options), params.default, timeout
    )
    answer = tools.ask(question)
    if params.kind is QuestionKind.APPROVAL and answer != "yes":
        raise NotApproved(f"The answer to “{params.question}” is no.")
    return StepOutcome(
        f"Answer: {one_line(answer, 200)}",
        output=MappingProxyType({"question": params.question, "answer": answer}),
    )


ASK = StepKind("ask", Params, run)
