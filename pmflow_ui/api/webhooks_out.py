"""Webhooks out as programs see them: whom pmflow tells of what, and the log of what it sent."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db import Session
from pmflow_core.integrations import webhooks
from pmflow_core.integrations.webhook_schemas import (
    MessageDetail,
    MessageRead,
    NewWebhook,
    WebhookEdit,
    WebhookIn,
    WebhookRead,
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

router = APIRouter(prefix="/api/workspaces/{slug}/webhooks", tags=["webhooks out"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]


class Webhooks(BaseModel):
    """Every webhook of a workspace."""

    items: list[WebhookRead]


class Rotate(BaseModel):
    """How a secret is replaced."""

    model_config = ConfigDict(extra="forbid")

    at_once: bool = Field(default=False, description="Sign only with the new one from now on.")


class Empty(BaseModel):
    """An empty body."""

    model_config = ConfigDict(extra="forbid")


class Asked(BaseModel):
    """A message that a worker sends now."""

    id: UUID


@router.get("")
async def list_webhooks(slug: str, viewer: Reader) -> Webhooks:  # noqa: ARG001
    """List whom pmflow tells of what."""
    return Webhooks(items=await call(webhooks.list_webhooks, member(viewer)))


@router.post("", status_code=201, response_model=NewWebhook, openapi_extra=described(WebhookIn))
async def create_webhook(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    sent: Annotated[Sent[WebhookIn], Depends(Body(WebhookIn))],
) -> NewWebhook:
    """Have an address told of events; its secret is shown this once."""
    keys = get_settings().secrets()
    return await call(webhooks.create_webhook, member(viewer), sent.value, keys)


@router.get("/messages")
async def list_messages(
    slug: str,  # noqa: ARG001
    viewer: Reader,
    webhook: UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> shapes.Page[MessageRead]:
    """List what was sent in 30 days, the newest first, with how the last try went."""
    below = paging.as_id(cursor)

    def read(session: Session, actor: Actor) -> shapes.Page[MessageRead]:
        found = webhooks.list_messages(session, actor, webhook, below=below, limit=limit + 1)
        return paging.page(found, limit, lambda each: each, lambda last: last.id)

    return await call(read, member(viewer))


@router.get("/messages/{message_id}")
async def get_message(slug: str, viewer: Reader, message_id: UUID) -> MessageDetail:  # noqa: ARG001
    """Return a message with its body and every try."""
    return await call(webhooks.get_message, member(viewer), message_id)


@router.post(
    "/messages/{message_id}/redeliver",
    status_code=202,
    response_model=Asked,
    openapi_extra=described(Empty),
)
async def redeliver(
    request: Request,
    slug: str,  # noqa: ARG001
    viewer: Admin,
    message_id: UUID,
    sent: Annotated[Sent[Empty], Depends(Body(Empty))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 read with the request
) -> JSONResponse:
    """Have a message sent again under the same `webhook-id`."""

    def act(session: Session, actor: Actor) -> Asked:
        webhooks.redeliver(session, actor, message_id)
        return Asked(id=message_id)

    return await answer(request, member(viewer), sent.raw, act, status=202)


@router.get("/{webhook_id}")
async def get_webhook(slug: str, viewer: Reader, webhook_id: UUID) -> WebhookRead:  # noqa: ARG001
    """Return one webhook."""
    return await call(webhooks.get_webhook, member(viewer), webhook_id)


@router.patch("/{webhook_id}", openapi_extra=described(WebhookEdit))
async def edit_webhook(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    webhook_id: UUID,
    sent: Annotated[Sent[WebhookEdit], Depends(Body(WebhookEdit))],
) -> WebhookRead:
    """Change a webhook, or switch it off or on."""
    return await call(webhooks.edit_webhook, member(viewer), webhook_id, sent.value)


@router.delete("/{webhook_id}", status_code=204)
async def delete_webhook(slug: str, viewer: Admin, webhook_id: UUID) -> None:  # noqa: ARG001
    """Delete a webhook; what waits for it is not sent."""
    await call(webhooks.delete_webhook, member(viewer), webhook_id)


@router.post("/{webhook_id}/restore", openapi_extra=described(Empty))
async def restore_webhook(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    webhook_id: UUID,
    sent: Annotated[Sent[Empty], Depends(Body(Empty))],  # noqa: ARG001
) -> WebhookRead:
    """Take back that a webhook was deleted."""
    return await call(webhooks.restore_webhook, member(viewer), webhook_id)


@router.post("/{webhook_id}/rotate", response_model=NewWebhook, openapi_extra=described(Rotate))
async def rotate_webhook(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    webhook_id: UUID,
    sent: Annotated[Sent[Rotate], Depends(Body(Rotate))],
) -> NewWebhook:
    """Give a webhook another secret; for 24 hours messages carry signatures of both."""
    keys = get_settings().secrets()
    at_once = sent.value.at_once
    return await call(webhooks.rotate_webhook, member(viewer), webhook_id, keys, at_once=at_once)


@router.post(
    "/{webhook_id}/test", status_code=202, response_model=Asked, openapi_extra=described(Empty)
)
async def send_test(
    request: Request,
    slug: str,  # noqa: ARG001
    viewer: Admin,
    webhook_id: UUID,
    sent: Annotated[Sent[Empty], Depends(Body(Empty))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 read with the request
) -> JSONResponse:
    """Send the event `webhook.test`."""

    def act(session: Session, actor: Actor) -> Asked:
        return Asked(id=webhooks.send_test(session, actor, webhook_id))

    return await answer(request, member(viewer), sent.raw, act, status=202)
