"""What a failed run means for its project, as its recipe's failure policy says."""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import ValidationError
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects.models import Decision, Project, Stage
from pmflow_core.projects.service import Cause
from pmflow_core.recipes import repository as recipe_rows
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import OnFailure
from pmflow_core.runs import explain, question_rows, repository
from pmflow_core.runs.kinds import QuestionDraft, Verdict
from pmflow_core.runs.models import QuestionKind, RunStep, StageRun
from pmflow_core.runs.service import owner_name
from pmflow_core.runs.status import FailureClass, StepStatus

AGAIN, SKIP, STOP = "Try again", "Skip", "Stop"
ANSWER_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run ended failed, and the checks of the step it ended at."""

    kind: FailureClass
    message: str
    verdicts: tuple[Verdict, ...] = ()


def conclude_failure(
    session: Session, author: Actor, run: StageRun, step: str | None, message: str
) -> Decision | None:
    """Decide what a run that just failed means for its locked project, and return the decision.

    A trial means nothing for it: None.
    """
    if run.trial:
        return None
    project = projects.get_project(session, run.project_id)
    cause = Cause(run.id, run.recipe_version_id, automatic=True)
    owner = owner_name(session, project)
    stage = projects.stage_of(session, project)
    name = projects.stage_name(session, run.stage)
    policy = _policy(session, run)
    at = run.stage
    explanation = explain.run_failed(name, step, message, owner)
    if policy is OnFailure.REVIEW_REQUIRED:
        explanation = explain.needs_review(name, step, message, owner)
    back = _stage_before(session, project, stage, run) if policy is OnFailure.REVERT else None
    if back is not None:
        project_service.move(session, author, project, back, cause)
        explanation = explain.reverted(name, back.name, step, message, owner=owner)
        at = back.slug
    return project_service.decide(session, author, project, at, explanation, cause)


def ask_about(row: RunStep, message: str) -> QuestionDraft:
    """Return the question whether a failed step is tried again, skipped, or ends its run."""
    return QuestionDraft(
        key=_key(row.attempts + 1),
        kind=QuestionKind.CHOICE,
        text=f"The step {row.title} failed. {message}",
        options=(AGAIN, SKIP, STOP),
        default=STOP,
        timeout=ANSWER_WITHIN,
    )


def said_of_failure(session: Session, row: RunStep) -> str | None:
    """Return what was answered about a step's last failure, None where nothing was asked."""
    return question_rows.find_answer(session, row.run_id, row.step_key, _key(row.attempts))


def last_failure(row: RunStep) -> Failure:
    """Return the failure that a person was asked about."""
    kind = FailureClass(row.output.get("failed_as", FailureClass.INTERNAL))
    verdicts = tuple(
        Verdict(check["name"], check["title"], check["passed"], check["detail"], check["optional"])
        for check in row.criteria
    )
    return Failure(kind, row.summary or "The step failed.", verdicts)


def passed_over(session: Session, run: StageRun) -> tuple[Verdict, ...]:
    """Return what a conclusion says of the steps that failed and were passed over."""
    return tuple(
        Verdict("step", row.title, passed=False, detail=row.summary or "failed", optional=True)
        for row in repository.steps_of(session, run.id)
        if row.status is StepStatus.FAILED
    )


def _key(attempts: int) -> str:
    return f"failed_{attempts}"


def _policy(session: Session, run: StageRun) -> OnFailure:
    version = recipe_rows.get_version(session, run.recipe_version_id)
    try:
        return recipes.read_spec(version).on_failure
    except ValidationError:
        return OnFailure.STAY


def _stage_before(session: Session, project: Project, stage: Stage, run: StageRun) -> Stage | None:
    """Return where a failed run's project goes back to, None where it must not or cannot."""
    if stage.slug != run.stage:
        return None
    before = [each for each in projects.list_stages(session) if each.position < stage.position]
    if not before or project_service.is_looping(session, project, before[-1]):
        return None
    return before[-1]
