"""Whether the process lives, and whether its page is usable."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError

from pmflow_core import jobs
from pmflow_core.db import Session
from pmflow_core.errors import PmflowError, Unavailable
from pmflow_core.migrations.run import is_current
from pmflow_core.settings import get_settings
from pmflow_ui.api.permission import ANYONE
from pmflow_ui.call import call_outside

router = APIRouter(tags=["health"])
PATIENCE_S = 3.0


def _migrated(session: Session) -> bool:
    return is_current(session.connection())


async def _database() -> str:
    try:
        return "ok" if await call_outside(_migrated) else "not migrated"
    except PmflowError as error:
        return str(error)
    except Exception:  # noqa: BLE001 the driver's errors are not ours to import; any means "no"
        return "does not answer"


def _ping() -> str:
    url = get_settings().redis_url
    if url is None:
        raise Unavailable("not configured")
    with jobs.connect(url.get_secret_value()) as redis:
        return "ok" if redis.ping() else "does not answer"


async def _redis() -> str:
    try:
        return await asyncio.to_thread(_ping)
    except PmflowError as error:
        return str(error)
    except (RedisError, OSError):
        # Its words name hosts and ports, and anybody may ask.
        return "does not answer"


@router.get("/healthz", dependencies=ANYONE)
async def healthz() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    dependencies=ANYONE,
    responses={
        503: {
            "description": "It is not; each check says why.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
async def readyz() -> JSONResponse:
    """Say whether the database is there and migrated, and Redis answers; 503 while not."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            database, redis = await asyncio.gather(_database(), _redis())
    except TimeoutError:
        database = redis = "does not answer"
    checks = {"database": database, "redis": redis}
    ready = set(checks.values()) == {"ok"}
    status = "ready" if ready else "not ready"
    return JSONResponse({"status": status, **checks}, status_code=200 if ready else 503)
