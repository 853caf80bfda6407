"""Signals that say the same, as programs see them: what is similar, merging, and taking apart."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db import Session
from pmflow_core.signals import duplicates, merging, naming
from pmflow_core.signals.schemas import SignalRead, SimilarRead
from pmflow_ui.access import member
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/signals/{signal}", tags=["signals"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
Few = Annotated[int, Query(ge=1, le=50, description="How many at most.")]


class Merge(BaseModel):
    """Which signals to make one with the one in the address; the oldest of all is kept."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    others: list[str] = Field(
        alias="with",
        min_length=1,
        max_length=merging.MOST_AT_ONCE - 1,
        description="Each by its id, or as it is cited: `S-12`.",
    )


class Nothing(BaseModel):
    """An empty body."""

    model_config = ConfigDict(extra="forbid")


class Similar(Shape):
    """A signal like another; `similarity` is the cosine of the two, -1 to 1."""

    id: UUID
    name: str = Field(description="As it is cited, `S-12`.")
    text: str = Field(description="Its verbatim, at most 500 characters.")
    status: str
    received_at: datetime
    similarity: float
    words: list[str] = Field(description="Telling words that both have, the rarest first.")
    is_candidate: bool = Field(description="It may report the same and be merged.")
    is_near_identical: bool = Field(description="Its words and numbers are the same too.")


class Kept(Shape):
    """The signal that is kept, with those that are merged into it."""

    id: UUID
    name: str
    copies: int = Field(description="How many signals are merged into it.")
    customers: int = Field(description="How many customers of it and them are known.")
    merged: list[UUID] = Field(description="Those that this request merged.")


class Apart(Shape):
    """A signal that is on its own again."""

    id: UUID
    name: str
    status: str


@router.get("/similar")
async def similar(slug: str, signal: str, viewer: Reader, limit: Few = 10) -> Page[Similar]:  # noqa: ARG001 the slug leads to the workspace
    """List the signals most like one, by meaning and words; none while it is not embedded."""

    def read(session: Session, actor: Actor) -> Page[Similar]:
        number = naming.number_of(session, actor, signal)
        found = duplicates.similar(session, actor, number, limit)
        return Page(items=[_similar(each) for each in found])

    return await call(read, member(viewer))


@router.post("/merge", response_model=Kept, openapi_extra=described(Merge))
async def merge(
    request: Request,
    slug: str,  # noqa: ARG001
    signal: str,
    viewer: Editor,
    sent: Annotated[Sent[Merge], Depends(Body(Merge))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Make signals one that say the same; `unmerge` takes that back exactly."""

    def act(session: Session, actor: Actor) -> BaseModel:
        ids = [naming.id_of(session, actor, each) for each in (signal, *sent.value.others)]
        done = merging.merge(session, actor, ids)
        return _kept(naming.read_one(session, actor, done.kept_id), list(done.merged))

    return await answer(request, member(viewer), sent.raw, act)


@router.post("/unmerge", response_model=Apart, openapi_extra=described(Nothing))
async def unmerge(
    request: Request,
    slug: str,  # noqa: ARG001
    signal: str,
    viewer: Editor,
    sent: Annotated[Sent[Nothing], Depends(Body(Nothing))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Take a merged signal out again, with its links and status as they were."""

    def act(session: Session, actor: Actor) -> BaseModel:
        apart = merging.unmerge(session, actor, naming.id_of(session, actor, signal))
        return Apart(id=apart.id, name=f"S-{apart.number}", status=apart.status.value)

    return await answer(request, member(viewer), sent.raw, act)


def _similar(found: SimilarRead) -> Similar:
    row = found.row
    return Similar(
        id=row.id,
        name=row.name,
        text=row.text,
        status=row.status.value,
        received_at=row.received_at,
        similarity=round(found.similarity, 4),
        words=found.words,
        is_candidate=found.is_candidate,
        is_near_identical=found.is_near_identical,
    )


def _kept(row: SignalRead, merged: list[UUID]) -> Kept:
    return Kept(id=row.id, name=row.name, copies=row.copies, customers=row.customers, merged=merged)
