"""The addresses that other programs send to, as programs set them up, and what came in."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db import Session
from pmflow_core.intake import events, samples
from pmflow_core.intake.models import RawStatus
from pmflow_core.intake.schemas import EventDetail, EventRead
from pmflow_core.integrations import service as endpoints
from pmflow_core.integrations.schemas import (
    EndpointEdit,
    EndpointIn,
    EndpointRead,
    NewSecret,
    SecretIn,
)
from pmflow_core.settings import get_settings
from pmflow_ui.access import member
from pmflow_ui.api import paging, shapes
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/webhook-endpoints", tags=["webhook endpoints"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]


class Endpoint(EndpointRead):
    """An address that other programs send to, without its secret."""

    url: str


class Endpoints(BaseModel):
    """Every endpoint of a workspace."""

    items: list[Endpoint]


class Made(BaseModel):
    """An endpoint with the secret that was made for it, shown this once; null: none was made."""

    endpoint: Endpoint
    secret: str | None


class Arrived(BaseModel):
    """The sample's delivery, to be looked at like any other."""

    id: UUID


class Asked(BaseModel):
    """A delivery that a worker works on again."""

    id: UUID


class Empty(BaseModel):
    """An empty body."""

    model_config = ConfigDict(extra="forbid")


class EventFilter(BaseModel):
    """Which deliveries to list."""

    model_config = ConfigDict(extra="forbid")

    endpoint: UUID | None = Field(None, description="Only those of this endpoint.")
    status: RawStatus | None = Field(None, description="Only those of this status.")
    limit: Limit = 50
    cursor: Cursor = None


@router.get("")
async def list_endpoints(slug: str, viewer: Reader) -> Endpoints:  # noqa: ARG001
    """List the addresses that other programs send to."""
    found = await call(endpoints.list_endpoints, member(viewer))
    return Endpoints(items=[_shown(each) for each in found])


@router.post("", status_code=201, openapi_extra=described(EndpointIn))
async def create_endpoint(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    sent: Annotated[Sent[EndpointIn], Depends(Body(EndpointIn))],
) -> Made:
    """Make an address; a secret of ours is shown this once."""
    keys = get_settings().secrets()
    return _made(await call(endpoints.create_endpoint, member(viewer), sent.value, keys))


@router.get("/events")
async def list_events(
    slug: str,  # noqa: ARG001
    viewer: Reader,
    asked: Annotated[EventFilter, Query()],
) -> shapes.Page[EventRead]:
    """List what came in within 30 days, the newest first, and what became of it."""
    below = paging.as_id(asked.cursor)

    def read(session: Session, actor: Actor) -> shapes.Page[EventRead]:
        found = events.list_events(
            session,
            actor,
            asked.status,
            asked.limit + 1,
            endpoint_id=asked.endpoint,
            below=below,
        )
        return paging.page(found, asked.limit, lambda each: each, lambda last: last.id)

    return await call(read, member(viewer))


@router.get("/events/{event_id}")
async def get_event(slug: str, viewer: Reader, event_id: UUID) -> EventDetail:  # noqa: ARG001
    """Return a delivery with the first 20 kB of its body."""
    return await call(events.get_event, member(viewer), event_id)


@router.post(
    "/events/{event_id}/replay",
    status_code=202,
    response_model=Asked,
    openapi_extra=described(Empty),
)
async def replay(
    request: Request,
    slug: str,  # noqa: ARG001
    viewer: Admin,
    event_id: UUID,
    sent: Annotated[Sent[Empty], Depends(Body(Empty))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 read with the request
) -> JSONResponse:
    """Have a delivery worked on again; it makes no signal twice."""

    def act(session: Session, actor: Actor) -> Asked:
        events.replay(session, actor, event_id)
        return Asked(id=event_id)

    return await answer(request, member(viewer), sent.raw, act, status=202)


@router.get("/{endpoint_id}")
async def get_endpoint(slug: str, viewer: Reader, endpoint_id: UUID) -> Endpoint:  # noqa: ARG001
    """Return one address."""
    return _shown(await call(endpoints.get_endpoint, member(viewer), endpoint_id))


@router.patch("/{endpoint_id}", openapi_extra=described(EndpointEdit))
async def edit_endpoint(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    endpoint_id: UUID,
    sent: Annotated[Sent[EndpointEdit], Depends(Body(EndpointEdit))],
) -> Endpoint:
    """Rename an address, change its settings, or switch it off or on."""
    return _shown(await call(endpoints.edit_endpoint, member(viewer), endpoint_id, sent.value))


@router.delete("/{endpoint_id}", status_code=204)
async def close_endpoint(slug: str, viewer: Admin, endpoint_id: UUID) -> None:  # noqa: ARG001
    """Close an address; what it took in stays."""
    await call(endpoints.close_endpoint, member(viewer), endpoint_id)


@router.post("/{endpoint_id}/restore", openapi_extra=described(Empty))
async def restore_endpoint(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    endpoint_id: UUID,
    sent: Annotated[Sent[Empty], Depends(Body(Empty))],  # noqa: ARG001
) -> Endpoint:
    """Take back that an address was closed."""
    return _shown(await call(endpoints.restore_endpoint, member(viewer), endpoint_id))


@router.post("/{endpoint_id}/rotate", openapi_extra=described(SecretIn))
async def rotate(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    endpoint_id: UUID,
    sent: Annotated[Sent[SecretIn], Depends(Body(SecretIn))],
) -> Made:
    """Set another secret, or have one made; the one before counts for 24 hours."""
    keys = get_settings().secrets()
    actor = member(viewer)
    return _made(await call(endpoints.rotate_secret, actor, endpoint_id, sent.value, keys))


@router.post(
    "/{endpoint_id}/test", status_code=202, response_model=Arrived, openapi_extra=described(Empty)
)
async def send_sample(
    request: Request,
    slug: str,  # noqa: ARG001
    viewer: Admin,
    endpoint_id: UUID,
    sent: Annotated[Sent[Empty], Depends(Body(Empty))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 read with the request
) -> JSONResponse:
    """Send the address a signed sample; what it would make is shown, and no signal is made."""
    keys = get_settings().secrets()

    def act(session: Session, actor: Actor) -> Arrived:
        return Arrived(id=samples.send_sample(session, actor, endpoint_id, keys))

    return await answer(request, member(viewer), sent.raw, act, status=202)


def _shown(endpoint: EndpointRead) -> Endpoint:
    values: dict[str, Any] = endpoint.model_dump()
    return Endpoint(**values, url=get_settings().web_url + endpoint.path)


def _made(made: NewSecret) -> Made:
    return Made(endpoint=_shown(made.endpoint), secret=made.secret)
