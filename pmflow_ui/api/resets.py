"""Asking for a new password, and choosing it by the link that came by mail."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from pmflow_core.accounts import resets
from pmflow_core.errors import PmflowError
from pmflow_ui import forms
from pmflow_ui.api.auth import welcome
from pmflow_ui.api.permission import ANYONE
from pmflow_ui.api.posted import Sent, refused, sent_on
from pmflow_ui.call import call_in_steps, call_outside

router = APIRouter(prefix="/api/auth", tags=["auth"])


@router.post("/reset", response_model=None, status_code=202, dependencies=ANYONE)
async def ask(posted: Sent) -> Response:
    """Have a link mailed to `email` if somebody has it; the answer is the same if not."""
    try:
        await call_outside(resets.ask, posted.given.email, posted.client.address)
    except PmflowError as error:
        return refused("reset", posted, error)
    if posted.by_form:
        return sent_on("/reset?sent=1")
    return JSONResponse({"status": "accepted"}, status_code=202)


@router.post("/reset/confirm", response_model=None, dependencies=ANYONE)
async def confirm(posted: Sent) -> Response:
    """Set `password` by the `token` of a link, end every session, and sign the person in."""
    given = posted.given
    try:
        started = await call_in_steps(resets.redeem, given.token, given.password, posted.client)
    except PmflowError as error:
        page = f"reset/{given.token}" if forms.is_token(given.token) else "reset"
        return refused(page, posted, error, "choose")
    return await welcome(posted, started.token, "/")
