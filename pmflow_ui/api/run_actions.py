"""What programs do with runs: start, stop, repeat, answer and decide."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import run_details
from pmflow_core.board import service as board
from pmflow_core.board.places import project_of
from pmflow_core.db import Session
from pmflow_core.runs import questions
from pmflow_core.runs import service as runs
from pmflow_core.runs.service import RunOptions
from pmflow_ui.access import member
from pmflow_ui.api import shapes
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api", tags=["runs"])
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
MAX_COMMENT = 2_000


class Asked(BaseModel):
    """A body of which every field is known."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Asked):
    """An empty body."""


class StartRun(Asked):
    """Which run to start; without anything the one of the stage the project is in."""

    stage: str | None = Field(
        None, max_length=64, description="Slug of the stage to move to first, if its gates allow."
    )
    provider: str | None = Field(None, max_length=64, description="Instead of the recipe's own.")
    replay: bool = Field(False, description="Answer from recordings only; nothing is spent.")


class Rerun(Asked):
    """From which step to do an ended run again, with what changed in its input."""

    from_step: str = Field(alias="from", max_length=200, description="The step's key.")
    params: dict[str, Any] | None = Field(None, description="Laid over the step's last input.")


class Answer(Asked):
    """What a run is answered."""

    answer: str = Field(max_length=8_000)


class Approve(Asked):
    """What is approved: exactly the documents that were seen, as `approval.seen` of the run."""

    seen: dict[str, str] = Field(description="Document type to SHA-256.", max_length=100)
    comment: str = Field("", max_length=MAX_COMMENT)


class Reject(Asked):
    """Why a project is sent back."""

    comment: str = Field(min_length=1, max_length=MAX_COMMENT)
    seen: dict[str, str] | None = Field(
        None, description="When given, it must be what there is.", max_length=100
    )


@router.post(
    "/projects/{project}/runs",
    status_code=202,
    response_model=shapes.Requested,
    openapi_extra=described(StartRun),
)
async def start(
    request: Request,
    project: str,
    viewer: Editor,
    sent: Annotated[Sent[StartRun], Depends(Body(StartRun))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Queue a run of a project's stage."""
    asked = sent.value

    def act(session: Session, actor: Actor) -> BaseModel:
        options = RunOptions(provider=asked.provider, replay=asked.replay)
        of = project_of(session, actor, project)
        return _requested(board.start_run(session, actor, of, asked.stage, options))

    return await answer(request, member(viewer), sent.raw, act, status=202)


@router.post(
    "/runs/{run_id}/cancel", response_model=shapes.Requested, openapi_extra=described(Nothing)
)
async def cancel(
    request: Request,
    run_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Nothing], Depends(Body(Nothing))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """End an open run now; what it has written stays."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return _requested(runs.cancel(session, actor, run_id))

    return await answer(request, member(viewer), sent.raw, act)


@router.post(
    "/runs/{run_id}/retry",
    status_code=202,
    response_model=shapes.Requested,
    openapi_extra=described(Nothing),
)
async def retry(
    request: Request,
    run_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Nothing], Depends(Body(Nothing))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Queue a new run that repeats an ended one from its first step."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return _requested(runs.retry(session, actor, run_id))

    return await answer(request, member(viewer), sent.raw, act, status=202)


@router.post(
    "/runs/{run_id}/rerun",
    status_code=202,
    response_model=shapes.Requested,
    openapi_extra=described(Rerun),
)
async def rerun(
    request: Request,
    run_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Rerun], Depends(Body(Rerun))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Queue a new run that starts at a step of an ended one and reuses what is before it."""
    asked = sent.value

    def act(session: Session, actor: Actor) -> BaseModel:
        return _requested(runs.rerun(session, actor, run_id, asked.from_step, asked.params))

    return await answer(request, member(viewer), sent.raw, act, status=202)


@router.post(
    "/runs/{run_id}/answer",
    status_code=202,
    response_model=shapes.Requested,
    openapi_extra=described(Answer),
)
async def answer_question(
    request: Request,
    run_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Answer], Depends(Body(Answer))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Answer what a run asks; it is queued again and goes on at the step that asked."""

    def act(session: Session, actor: Actor) -> BaseModel:
        questions.answer_run(session, actor, run_id, sent.value.answer)
        return _requested(run_details.read_details(session, actor, run_id).run)

    return await answer(request, member(viewer), sent.raw, act, status=202)


@router.post(
    "/runs/{run_id}/approve", response_model=shapes.Decided, openapi_extra=described(Approve)
)
async def approve(
    request: Request,
    run_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Approve], Depends(Body(Approve))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Let a project go on with what a run left and the caller has seen."""
    asked = sent.value

    def act(session: Session, actor: Actor) -> BaseModel:
        decision = run_details.approve_run(session, actor, run_id, asked.comment, asked.seen)
        return shapes.Decided.model_validate(decision)

    return await answer(request, member(viewer), sent.raw, act)


@router.post(
    "/runs/{run_id}/reject", response_model=shapes.Decided, openapi_extra=described(Reject)
)
async def reject(
    request: Request,
    run_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Reject], Depends(Body(Reject))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Keep a project where it is, with the reason."""
    asked = sent.value

    def act(session: Session, actor: Actor) -> BaseModel:
        decision = run_details.reject_run(session, actor, run_id, asked.comment, asked.seen)
        return shapes.Decided.model_validate(decision)

    return await answer(request, member(viewer), sent.raw, act)


def _requested(run: object) -> BaseModel:
    return shapes.Requested.model_validate(run)
