"""What a person put off in their inbox, for programs that act in their session."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import snoozes
from pmflow_core.activity.snoozes import SnoozeRead, Thing, ThingKind
from pmflow_core.db import Session
from pmflow_core.errors import NotFound
from pmflow_core.triage import snoozing
from pmflow_ui.access import member
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.permission import Allow
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/snoozes", tags=["suggestions"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]


class SnoozeItem(BaseModel):
    """A thing that the caller put off; once it is over the thing is back in the inbox."""

    kind: ThingKind
    id: UUID = Field(description="Of the project, the suggestion, or a mention's notification.")
    until: datetime
    is_over: bool
    is_seen: bool = Field(description="It was opened after it was back.")


class Snoozes(BaseModel):
    """What the caller put off, what comes back first at the top."""

    items: Sequence[SnoozeItem]


class Until(BaseModel):
    """Until when a thing is put off."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"until": "2027-01-04T09:00:00Z"}}
    )

    until: AwareDatetime = Field(description="From now on, within a year.")


@router.get("")
async def list_them(slug: str, viewer: Reader) -> Snoozes:  # noqa: ARG001
    """List what the caller put off; an API key has no inbox and nothing in this list."""
    found = await call(snoozes.list_snoozes, member(viewer))
    return Snoozes(items=[_item(each) for each in found])


@router.put("/{kind}/{thing_id}", openapi_extra=described(Until))
async def put(
    slug: str,  # noqa: ARG001
    kind: ThingKind,
    thing_id: UUID,
    viewer: Reader,
    sent: Annotated[Sent[Until], Depends(Body(Until))],
) -> SnoozeItem:
    """Put a thing of the caller's inbox off, or until another time than before."""
    thing = Thing(kind, thing_id)

    def act(session: Session, actor: Actor) -> SnoozeItem:
        snoozing.snooze(session, actor, thing, sent.value.until)
        return _item(_known(session, actor, thing))

    return await call(act, member(viewer))


@router.delete("/{kind}/{thing_id}", status_code=204)
async def wake(
    slug: str,  # noqa: ARG001
    kind: ThingKind,
    thing_id: UUID,
    viewer: Reader,
) -> Response:
    """Have a thing back in the caller's inbox now."""

    def act(session: Session, actor: Actor) -> None:
        if not snoozes.wake(session, actor, Thing(kind, thing_id)):
            raise NotFound("That is not put off.")

    await call(act, member(viewer))
    return Response(status_code=204)


def _known(session: Session, actor: Actor, thing: Thing) -> SnoozeRead:
    found = snoozing.find(snoozes.list_snoozes(session, actor), thing)
    if found is None:
        raise NotFound("That is not put off.")
    return found


def _item(read: SnoozeRead) -> SnoozeItem:
    return SnoozeItem(
        kind=read.thing.kind,
        id=read.thing.id,
        until=read.until,
        is_over=read.is_over,
        is_seen=read.is_seen,
    )
