"""For a clock outside of pmflow: have what is due offered to the workers, as the scheduler does.

Both routes are off (404) without PMFLOW_CRON_SECRET.
"""

import asyncio
import hmac
from collections.abc import Callable

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from pmflow_core.automation import maintaining
from pmflow_core.errors import NotFound, Unauthenticated
from pmflow_core.settings import get_settings
from pmflow_ui.api.permission import ANYONE


class BadCronSecret(Unauthenticated):
    """The bearer secret is not the one that is set."""

    code = "bad_cron_secret"


class Offered(BaseModel):
    """How many rounds of chores wait for a worker now."""

    offered: int


def has_secret(request: Request) -> None:
    """Let in who shows the secret, compared in constant time.

    Raises:
        NotFound: none is set, so there is no such route.
        BadCronSecret: another or none was shown.
    """
    secret = get_settings().cron_secret
    if secret is None:
        raise NotFound(f"There is no {request.url.path}.")
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    wanted = secret.get_secret_value().encode()
    if scheme.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode(), wanted):
        raise BadCronSecret("Send the value of PMFLOW_CRON_SECRET as a bearer token.")


router = APIRouter(prefix="/api/cron", tags=["cron"], dependencies=[*ANYONE, Depends(has_secret)])


@router.post("/maintenance", status_code=202)
async def maintenance() -> Offered:
    """Offer every chore that is due, in all workspaces; asking again offers nothing twice."""
    return await _offer(maintaining.offer_due)


@router.post("/signal-automation", status_code=202)
async def signal_automation() -> Offered:
    """Have the themes of all workspaces looked at now."""
    return await _offer(maintaining.offer_automation)


async def _offer(work: Callable[[], int]) -> Offered:
    return Offered(offered=await asyncio.to_thread(work))
