"""Suggestions as programs see and decide on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board.places import project_of
from pmflow_core.db import Session
from pmflow_core.signals import links
from pmflow_core.suggestions.models import SuggestionKind, SuggestionStatus
from pmflow_core.triage import service as triage
from pmflow_core.triage.schemas import (
    MOST_AT_ONCE,
    Change,
    Decided,
    SuggestionQuery,
    SuggestionRead,
    SuggestionSort,
)
from pmflow_ui.access import member
from pmflow_ui.api import shapes
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/suggestions", tags=["suggestions"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]


class SuggestionItem(shapes.Shape):
    """A proposed action; signals are named `S-12`, projects by their key."""

    id: UUID
    kind: SuggestionKind
    status: SuggestionStatus
    title: str
    reason: str
    confidence: float = Field(description="0 to 1.")
    effects: Sequence[str] = Field(description="What accepting does, a sentence each.")
    signal: str | None
    other_signal: str | None
    project: str | None
    theme: UUID | None
    detail: dict[str, Any]
    proposed_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    outcome: str


class DecidedItem(shapes.Shape):
    """What became of a suggestion; `repeated` when it had been decided the same way before."""

    id: UUID
    status: SuggestionStatus
    outcome: str
    can_undo: bool
    repeated: bool
    project: str | None
    run_id: UUID | None


class RefusedItem(shapes.Shape):
    """A suggestion of several that could not be decided, and why."""

    id: UUID
    code: str
    reason: str


class BulkAnswer(BaseModel):
    """What became of several suggestions."""

    decided: Sequence[DecidedItem]
    refused: Sequence[RefusedItem]


class AcceptBody(BaseModel):
    """What is wanted otherwise than it was proposed; nothing is needed."""

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(
        None, max_length=64, description="Id or key of the project to link to instead."
    )
    signal: str | None = Field(
        None, pattern=r"^S-[1-9][0-9]{0,8}$", description="The signal to merge with instead."
    )
    name: str | None = Field(None, min_length=1, max_length=120, description="Of a new project.")


class Empty(BaseModel):
    """An empty body."""

    model_config = ConfigDict(extra="forbid")


class BulkBody(BaseModel):
    """Several suggestions, and what is done with them."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=MOST_AT_ONCE)
    accept: bool = Field(description="False dismisses them.")


class Filters(BaseModel):
    """Which suggestions, and which part of them."""

    model_config = ConfigDict(extra="ignore")

    kind: SuggestionKind | None = None
    status: SuggestionStatus = SuggestionStatus.PROPOSED
    sort: SuggestionSort = SuggestionSort.NEWEST
    snoozed: bool | None = Field(
        None, description="Only what the caller put off, or only the rest."
    )
    limit: Limit = 50
    cursor: Cursor = None


@router.get("")
async def list_suggestions(
    slug: str,  # noqa: ARG001 the permission reads it
    viewer: Reader,
    asked: Annotated[Filters, Query()],
) -> shapes.Page[SuggestionItem]:
    """List suggestions of a kind and status, the newest or the surest first."""
    query = SuggestionQuery.model_validate(asked.model_dump())

    def read(session: Session, actor: Actor) -> shapes.Page[SuggestionItem]:
        page = triage.list_suggestions(session, actor, query)
        items = [_item(each) for each in page.items]
        return shapes.Page(items=items, next_cursor=page.next_cursor)

    return await call(read, member(viewer))


@router.post("/bulk", response_model=BulkAnswer, openapi_extra=described(BulkBody))
async def decide_many(
    request: Request,
    slug: str,  # noqa: ARG001
    viewer: Editor,
    sent: Annotated[Sent[BulkBody], Depends(Body(BulkBody))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Accept or dismiss several suggestions; those that are refused are listed."""
    asked = sent.value
    status = SuggestionStatus.ACCEPTED if asked.accept else SuggestionStatus.DISMISSED

    def act(session: Session, actor: Actor) -> BaseModel:
        done = triage.decide_many(session, actor, asked.ids, status)
        return BulkAnswer(
            decided=[_decided(each) for each in done.decided],
            refused=[RefusedItem.model_validate(each) for each in done.refused],
        )

    return await answer(request, member(viewer), sent.raw, act)


@router.post(
    "/{suggestion_id}/accept", response_model=DecidedItem, openapi_extra=described(AcceptBody)
)
async def accept(
    request: Request,
    slug: str,  # noqa: ARG001
    suggestion_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[AcceptBody], Depends(Body(AcceptBody))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Do what is suggested; what is about something that is gone expires instead."""

    def act(session: Session, actor: Actor) -> BaseModel:
        change = _change(session, actor, sent.value)
        return _decided(triage.accept(session, actor, suggestion_id, change))

    return await answer(request, member(viewer), sent.raw, act)


@router.post("/{suggestion_id}/dismiss", response_model=DecidedItem, openapi_extra=described(Empty))
async def dismiss(
    request: Request,
    slug: str,  # noqa: ARG001
    suggestion_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Empty], Depends(Body(Empty))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Put a suggestion aside; the same is not suggested again."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return _decided(triage.dismiss(session, actor, suggestion_id))

    return await answer(request, member(viewer), sent.raw, act)


@router.post("/{suggestion_id}/restore", response_model=DecidedItem, openapi_extra=described(Empty))
async def restore(
    request: Request,
    slug: str,  # noqa: ARG001
    suggestion_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Empty], Depends(Body(Empty))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Propose a dismissed or expired suggestion again."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return _decided(triage.restore(session, actor, suggestion_id))

    return await answer(request, member(viewer), sent.raw, act)


@router.post("/{suggestion_id}/undo", response_model=DecidedItem, openapi_extra=described(Empty))
async def undo(
    request: Request,
    slug: str,  # noqa: ARG001
    suggestion_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Empty], Depends(Body(Empty))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Take back what accepting a suggestion did, where its action has a way back."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return _decided(triage.undo(session, actor, suggestion_id))

    return await answer(request, member(viewer), sent.raw, act)


def _change(session: Session, actor: Actor, asked: AcceptBody) -> Change:
    project = project_of(session, actor, asked.project) if asked.project else None
    signal = None
    if asked.signal:
        signal = links.id_of(session, actor, int(asked.signal.removeprefix("S-")))
    return Change(project_id=project, other_signal_id=signal, name=asked.name)


def _item(found: SuggestionRead) -> SuggestionItem:
    return SuggestionItem(
        id=found.id,
        kind=found.kind,
        status=found.status,
        title=found.title,
        reason=found.reason,
        confidence=found.confidence,
        effects=found.effects,
        signal=found.signal.name if found.signal else None,
        other_signal=found.other.name if found.other else None,
        project=found.project.key if found.project else None,
        theme=found.theme.id if found.theme else None,
        detail=found.detail,
        proposed_at=found.proposed_at,
        expires_at=found.expires_at,
        decided_at=found.decided_at,
        decided_by=found.decided_by,
        outcome=found.outcome,
    )


def _decided(done: Decided) -> DecidedItem:
    return DecidedItem(
        id=done.id,
        status=done.status,
        outcome=done.outcome,
        can_undo=done.can_undo,
        repeated=not done.is_new,
        project=done.project_key,
        run_id=done.run_id,
    )
