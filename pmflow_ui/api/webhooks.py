"""Webhooks in: HTTP in, a kept delivery, HTTP out; a worker reads it later."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from pmflow_core.accounts import api_keys
from pmflow_core.accounts.actor import Actor
from pmflow_core.errors import NotFound
from pmflow_core.intake import receiving
from pmflow_core.intake.receiving import MAX_BYTES, Delivery, DeliveryTooLarge, Received
from pmflow_core.integrations.models import EndpointKind
from pmflow_core.settings import get_settings
from pmflow_ui.api.bodies import read_capped
from pmflow_ui.api.permission import ANYONE
from pmflow_ui.call import call_across, call_outside, call_within

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
_SIGNALS = {
    "description": "A signal, a list of up to 1,000, or an object with `signals`.",
    "oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
}
_BODY = {"requestBody": {"content": {"application/json": {"schema": _SIGNALS}}}}
_EVENT = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}


class Kept(BaseModel):
    """A delivery was kept; the same id again is acknowledged and has no further effect."""

    id: str


class Heard(BaseModel):
    """Slack's event was kept; when an address is entered there, what Slack asked for instead."""

    id: str = ""
    challenge: str | None = None


@router.post("/signals/{endpoint_id}", status_code=202, dependencies=ANYONE, openapi_extra=_BODY)
async def receive(endpoint_id: str, request: Request) -> Kept:
    """Keep a delivery that is signed by Standard Webhooks or comes with an API key."""
    headers = _lowered(request)
    shown = _api_key(headers)
    return Kept(id=(await _receive(EndpointKind.SIGNALS, endpoint_id, request, shown)).id)


@router.post(
    "/slack/events/{endpoint_id}",
    dependencies=ANYONE,
    openapi_extra=_EVENT,
    response_model=Heard,
    response_model_exclude_none=True,
)
async def receive_slack(endpoint_id: str, request: Request) -> JSONResponse:
    """Keep an event that Slack signed (`X-Slack-Signature`), or confirm the address to it."""
    received = await _receive(EndpointKind.SLACK, endpoint_id, request)
    if received.challenge is not None:
        return JSONResponse({"challenge": received.challenge})
    return JSONResponse({"id": received.id})


@router.post("/github/{endpoint_id}", status_code=202, dependencies=ANYONE, openapi_extra=_EVENT)
async def receive_github(endpoint_id: str, request: Request) -> Kept:
    """Keep an event that GitHub signed (`X-Hub-Signature-256`); its ping is kept and answered."""
    return Kept(id=(await _receive(EndpointKind.GITHUB, endpoint_id, request)).id)


@router.post("/pylon/{endpoint_id}", status_code=202, dependencies=ANYONE, openapi_extra=_EVENT)
async def receive_pylon(endpoint_id: str, request: Request) -> Kept:
    """Keep an event that Pylon signed in the way that the endpoint's settings say."""
    return Kept(id=(await _receive(EndpointKind.PYLON, endpoint_id, request)).id)


async def _receive(
    kind: EndpointKind, endpoint_id: str, request: Request, shown: str = ""
) -> Received:
    endpoint = _as_id(endpoint_id)
    body = await read_capped(request, MAX_BYTES, DeliveryTooLarge)
    delivery = Delivery(_lowered(request), body, await _program(shown))
    keys = get_settings().secrets()
    return await call_across(receiving.receive_anywhere, kind, endpoint, delivery, keys)


async def _program(shown: str) -> Actor | None:
    """Return whom an API key speaks for, if one was shown and it is known."""
    program = await call_outside(api_keys.find_api_key, shown) if shown else None
    if program is not None:
        await call_within(program.workspace_id, api_keys.note_use, shown)
    return program


def _lowered(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _api_key(headers: dict[str, str]) -> str:
    scheme, _, shown = headers.get("authorization", "").partition(" ")
    return shown.strip() if scheme.lower() == "bearer" else ""


def _as_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is no such webhook endpoint.") from error
