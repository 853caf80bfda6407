"""Answering a write once: with `Idempotency-Key` a repeated request repeats the answer."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from pmflow_core.accounts.actor import Actor
from pmflow_core.db import Session
from pmflow_core.idempotency.service import Answered, Asked, once
from pmflow_ui.call import call

IdempotencyKey = Annotated[
    str | None,
    Header(
        description=(
            "Any text that is new for each intended effect. The same request with the same key"
            " within 24 hours gets the first one's answer and has no further effect."
        ),
    ),
]


async def answer(
    request: Request,
    actor: Actor,
    raw: bytes,
    act: Callable[[Session, Actor], BaseModel],
    *,
    status: int = 200,
) -> JSONResponse:
    """Return the answer to a write, done in one transaction with the note of its key."""
    key = request.headers.get("idempotency-key")

    def do(session: Session, actor: Actor) -> Answered:
        def effect() -> Answered:
            return Answered(status, act(session, actor).model_dump(mode="json"))

        if key is None:
            return effect()
        asked = Asked(key, f"{request.method} {request.url.path}", raw)
        return once(session, actor, asked, effect)

    answered = await call(do, actor)
    headers = {"Idempotency-Replayed": "true"} if answered.repeated else None
    return JSONResponse(answered.body, status_code=answered.status, headers=headers)
