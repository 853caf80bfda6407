"""What a run page asks of a person: an answer to a step, or how to run again from one."""

from dataclasses import dataclass, field

from pmflow_core.board.schemas import RunRead, StepRead
from pmflow_core.runs.models import QuestionKind
from pmflow_core.runs.questions import YES_OR_NO
from pmflow_ui.figures import counted

SHOWN_CHARS = 1_200


@dataclass(frozen=True)
class Asked:
    """The open question of a run; without an id none is open."""

    id: str = ""
    kind: str = ""
    text: str = ""
    options: list[str] = field(default_factory=list)
    default: str = ""
    deadline: str = ""


@dataclass(frozen=True)
class RerunFrom:
    """The step from which a run is to be done again; without a key none is chosen."""

    key: str = ""
    title: str = ""
    reuses: str = ""
    instructions: str = ""
    takes_instructions: bool = False


@dataclass(frozen=True)
class Live:
    """The end of what a step is writing just now."""

    step: str = ""
    text: str = ""


def asked_of(run: RunRead) -> Asked:
    """Return what the run asks now."""
    question = next((each for each in run.questions if each.is_open), None)
    if question is None:
        return Asked()
    options = YES_OR_NO if question.kind is QuestionKind.APPROVAL else question.options
    return Asked(
        id=str(question.id),
        kind=question.kind.value,
        text=question.text,
        options=list(options),
        default=question.default or "",
        deadline=question.deadline_at.isoformat() if question.deadline_at else "",
    )


def rerun_of(run: RunRead, key: str) -> RerunFrom:
    """Return what running again from a step would mean; an empty one for no such step."""
    keys = [step.key for step in run.steps]
    if key not in keys:
        return RerunFrom()
    at = keys.index(key)
    step = run.steps[at]
    return RerunFrom(
        key=key,
        title=step.title,
        reuses=_reuses(at),
        instructions=step.instructions or "",
        takes_instructions=step.instructions is not None,
    )


def _reuses(before: int) -> str:
    if before == 0:
        return "A new run does every step again."
    return f"A new run takes over {counted(before, 'step')} before it and pays nothing for them."


def live_of(run: RunRead) -> Live:
    """Return what is being written; empty when nothing is."""
    step = next((each for each in run.steps if _is_writing(each)), None)
    return Live() if step is None else Live(step.title, step.live_text[-SHOWN_CHARS:])


def _is_writing(step: StepRead) -> bool:
    return step.status == "running" and bool(step.live_text)


def startable(run: RunRead) -> list[str]:
    """Return the keys of the steps from which the ended run can be done again."""
    found: list[str] = []
    for step in run.steps:
        found.append(step.key)
        if step.status != "completed":
            break
    return found
