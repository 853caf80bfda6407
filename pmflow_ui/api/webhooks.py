"""Webhooks in: HTTP in, a kept delivery, HTTP out; a worker reads it later."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from pmflow_core.accounts import api_keys
from pmflow_core.accounts.actor import Actor
from pmflow_core.db import Session
from pmflow_core.errors import NotFound
from pmflow_core.intake import receiving
from pmflow_core.intake.receiving import MAX_BYTES, Delivery, DeliveryTooLarge
from pmflow_core.settings import get_settings
from pmflow_ui.api.bodies import read_capped
from pmflow_ui.api.permission import ANYONE
from pmflow_ui.call import call_outside, call_within

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
_BODY = {
    "content": {
        "application/json": {
            "schema": {
                "description": "A signal, a list of up to 1,000, or an object with `signals`.",
                "oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
            }
        }
    }
}


class Kept(BaseModel):
    """A delivery was kept; the same id again is acknowledged and has no further effect."""

    id: str


@router.post(
    "/signals/{endpoint_id}",
    status_code=202,
    dependencies=ANYONE,
    openapi_extra={"requestBody": _BODY},
)
async def receive(endpoint_id: str, request: Request) -> Kept:
    """Keep a delivery that is signed by Standard Webhooks or comes with an API key."""
    endpoint = _as_id(endpoint_id)
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = await read_capped(request, MAX_BYTES, DeliveryTooLarge)
    shown = _api_key(headers)
    workspace_id, program = await call_outside(_look_up, endpoint, shown)
    if program is not None:
        await call_within(program.workspace_id, api_keys.note_use, shown)
    key = get_settings().secret()
    delivery = Delivery(headers, body, program)
    return Kept(id=await call_within(workspace_id, receiving.receive, endpoint, delivery, key))


def _look_up(session: Session, endpoint_id: UUID, shown: str) -> tuple[UUID, Actor | None]:
    return receiving.workspace_of(session, endpoint_id), api_keys.find_api_key(session, shown)


def _api_key(headers: dict[str, str]) -> str:
    scheme, _, shown = headers.get("authorization", "").partition(" ")
    return shown.strip() if scheme.lower() == "bearer" else ""


def _as_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is no such webhook endpoint.") from error
