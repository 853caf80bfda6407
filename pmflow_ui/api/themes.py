"""Themes as programs see and change them, and the proposals that wait for a decision."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db import Session
from pmflow_core.themes import (
    by_hand,
    granularity,
    overview,
    proposal_reads,
    proposals,
    service,
)
from pmflow_core.themes.models import ProposalStatus
from pmflow_ui.access import member
from pmflow_ui.api import paging, theme_shapes
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Page
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/themes", tags=["themes"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
MAX_NAME = 400


class Asked(BaseModel):
    """A body of which every field is known."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Asked):
    """An empty body."""


class ChangeTheme(Asked):
    """What to change of a theme; what is left out stays."""

    label: str | None = Field(None, max_length=MAX_NAME)
    locked: bool | None = Field(None, description="Keep its name and signals as they are.")


class Settings(Asked):
    """How themes are formed in this workspace."""

    granularity: float = Field(
        description="0.5 to 2: what the number of themes is multiplied with."
    )


class MergeInto(Asked):
    """The theme that takes all signals of the one in the path, which ends."""

    into: UUID


class MoveSignals(Asked):
    """Which signals to put into which theme; null takes them out of any."""

    signals: list[UUID] = Field(min_length=1, max_length=by_hand.MOST_AT_ONCE)
    to: UUID | None = None


class SplitSignals(Asked):
    """Which signals become a theme of their own, and its name."""

    signals: list[UUID] = Field(min_length=1, max_length=by_hand.MOST_AT_ONCE)
    label: str = Field(max_length=MAX_NAME)


@router.get("")
async def themes(
    slug: str,  # noqa: ARG001 the permission reads it from the path
    viewer: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[theme_shapes.Theme]:
    """List the themes, the largest first."""

    def read(session: Session, actor: Actor) -> Page[theme_shapes.Theme]:
        found = service.list_themes(session, actor)
        return paging.slice_of(found, cursor, limit, theme_shapes.theme)

    return await call(read, member(viewer))


@router.get("/settings")
async def settings(
    slug: str,  # noqa: ARG001
    viewer: Reader,
) -> Settings:
    """Say how fine the themes are formed."""

    def read(session: Session, actor: Actor) -> Settings:
        return Settings(granularity=granularity.read_granularity(session, actor))

    return await call(read, member(viewer))


@router.put("/settings", response_model=Settings, openapi_extra=described(Settings))
async def set_settings(
    request: Request,
    slug: str,  # noqa: ARG001
    viewer: Editor,
    sent: Annotated[Sent[Settings], Depends(Body(Settings))],
) -> JSONResponse:
    """Want finer or coarser themes, from the next time they are formed."""

    def act(session: Session, actor: Actor) -> BaseModel:
        granularity.set_granularity(session, actor, sent.value.granularity)
        return sent.value

    return await answer(request, member(viewer), sent.raw, act)


@router.post(
    "/rebuild",
    status_code=202,
    response_model=theme_shapes.Formed,
    openapi_extra=described(Nothing),
)
async def rebuild(
    request: Request,
    slug: str,  # noqa: ARG001
    viewer: Editor,
    sent: Annotated[Sent[Nothing], Depends(Body(Nothing))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Ask a worker to form the themes anew; returns when they were formed last."""

    def act(session: Session, actor: Actor) -> BaseModel:
        overview.request_rebuild(session, actor)
        return theme_shapes.formed(overview.read_overview(session, actor))

    return await answer(request, member(viewer), sent.raw, act, status=202)


@router.get("/proposals")
async def list_proposals(
    slug: str,  # noqa: ARG001
    viewer: Reader,
    status: ProposalStatus = ProposalStatus.PROPOSED,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[theme_shapes.Proposal]:
    """List the changes of themes that wait for a decision, or those of another status."""

    def read(session: Session, actor: Actor) -> Page[theme_shapes.Proposal]:
        found = proposal_reads.list_proposals(session, actor, status=status)
        return paging.slice_of(found, cursor, limit, theme_shapes.proposal)

    return await call(read, member(viewer))


@router.post(
    "/proposals/{proposal_id}/apply",
    response_model=theme_shapes.Moved,
    openapi_extra=described(Nothing),
)
async def apply(
    request: Request,
    slug: str,  # noqa: ARG001
    proposal_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Nothing], Depends(Body(Nothing))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Do what a proposal says, as far as it still holds."""

    def act(session: Session, actor: Actor) -> BaseModel:
        moved = proposals.apply(session, actor, proposal_id)
        return theme_shapes.Moved(change=proposal_id, moved=moved)

    return await answer(request, member(viewer), sent.raw, act)


@router.post(
    "/proposals/{proposal_id}/dismiss",
    response_model=theme_shapes.Moved,
    openapi_extra=described(Nothing),
)
async def dismiss(
    request: Request,
    slug: str,  # noqa: ARG001
    proposal_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Nothing], Depends(Body(Nothing))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Leave the themes as they are; the same change is not proposed again."""

    def act(session: Session, actor: Actor) -> BaseModel:
        proposals.dismiss(session, actor, proposal_id)
        return theme_shapes.Moved(change=proposal_id, moved=0)

    return await answer(request, member(viewer), sent.raw, act)


@router.post(
    "/proposals/{proposal_id}/undo",
    response_model=theme_shapes.Moved,
    openapi_extra=described(Nothing),
)
async def undo(
    request: Request,
    slug: str,  # noqa: ARG001
    proposal_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Nothing], Depends(Body(Nothing))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Take back what was applied, dismissed, or done by hand."""

    def act(session: Session, actor: Actor) -> BaseModel:
        moved = proposals.undo(session, actor, proposal_id)
        return theme_shapes.Moved(change=proposal_id, moved=moved)

    return await answer(request, member(viewer), sent.raw, act)


@router.post("/move", response_model=theme_shapes.Moved, openapi_extra=described(MoveSignals))
async def move(
    request: Request,
    slug: str,  # noqa: ARG001
    viewer: Editor,
    sent: Annotated[Sent[MoveSignals], Depends(Body(MoveSignals))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Put signals into a theme by hand; no clustering moves them again."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return _done(by_hand.move(session, actor, sent.value.signals, sent.value.to))

    return await answer(request, member(viewer), sent.raw, act)


@router.post("/split", response_model=theme_shapes.Moved, openapi_extra=described(SplitSignals))
async def split(
    request: Request,
    slug: str,  # noqa: ARG001
    viewer: Editor,
    sent: Annotated[Sent[SplitSignals], Depends(Body(SplitSignals))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Make a theme of signals by hand."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return _done(by_hand.split(session, actor, sent.value.signals, sent.value.label))

    return await answer(request, member(viewer), sent.raw, act)


@router.get("/{theme_id}")
async def theme(
    slug: str,  # noqa: ARG001
    theme_id: UUID,
    viewer: Reader,
) -> theme_shapes.ThemeInFull:
    """Show a theme and its lineage; one that has ended says where its signals went."""

    def read(session: Session, actor: Actor) -> theme_shapes.ThemeInFull:
        return theme_shapes.in_full(service.get_theme(session, actor, theme_id))

    return await call(read, member(viewer))


@router.patch(
    "/{theme_id}",
    response_model=theme_shapes.ThemeInFull,
    openapi_extra=described(ChangeTheme),
)
async def change(
    request: Request,
    slug: str,  # noqa: ARG001
    theme_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[ChangeTheme], Depends(Body(ChangeTheme))],
) -> JSONResponse:
    """Rename a theme, lock it, or let go of it."""
    asked = sent.value

    def act(session: Session, actor: Actor) -> BaseModel:
        if asked.label is not None:
            service.rename(session, actor, theme_id, asked.label)
        if asked.locked is not None:
            service.lock(session, actor, theme_id, locked=asked.locked)
        return theme_shapes.in_full(service.get_theme(session, actor, theme_id))

    return await answer(request, member(viewer), sent.raw, act)


@router.post(
    "/{theme_id}/merge", response_model=theme_shapes.Moved, openapi_extra=described(MergeInto)
)
async def merge(
    request: Request,
    slug: str,  # noqa: ARG001
    theme_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[MergeInto], Depends(Body(MergeInto))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Put all signals of a theme into another by hand; the first ends."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return _done(by_hand.merge(session, actor, theme_id, sent.value.into))

    return await answer(request, member(viewer), sent.raw, act)


def _done(done: by_hand.Done) -> theme_shapes.Moved:
    return theme_shapes.Moved(change=done.change_id, theme=done.theme_id, moved=done.moved)
