"""Runs as they go, as server-sent events: a second reader of the rows that the run page shows."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import cursors, streams
from pmflow_core.board.cursors import Cursor
from pmflow_core.board.streams import News, StreamEvent
from pmflow_core.errors import PmflowError, Unavailable
from pmflow_core.events import closing, topics
from pmflow_core.logs import get_logger
from pmflow_ui import watch
from pmflow_ui.access import member
from pmflow_ui.api.permission import Allow, Entry, entry_of
from pmflow_ui.api.sse import EventStream, Pace, farewell, frame, of
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/jobs", tags=["runs"])
log = get_logger(__name__)
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
ALIVE = b": alive\n\n"
_EVENTS = """Server-sent events, each with JSON as data and an id for `Last-Event-ID`:
`log` {run, seq, at, level, step, text}, each line once and in order;
`step` {run, key, title, status, attempts, summary} when a step's state changed;
`progress` {run, number, project, stage, status, step, steps, tokens, cost_usd, waiting_for,
waiting_reason, text} when it changed, `text` being the end of what is being written;
`complete` {run, number, project, stage, status, failure_class, failure} once, after everything
else of the run; and `closed` {reason, reconnect} without an id when the server ends the stream."""
_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {
        "description": _EVENTS,
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    204: {"description": "The run has ended and everything was sent; do not reconnect."},
}


@router.get("/stream", response_class=Response, responses=_ANSWERS)
async def stream(
    request: Request,
    viewer: Reader,
    workspace: Annotated[  # noqa: ARG001 the permission reads it from the query
        str | None, Query(max_length=64, description="The workspace's slug.")
    ] = None,
    run: Annotated[UUID | None, Query(description="One run only, from its first line on.")] = None,
    last_event_id: Annotated[
        str | None, Header(description="The id of the last event that was read.")
    ] = None,
) -> Response:
    """Stream runs as they go: one from its first line, or all of a workspace from now on."""
    actor = member(viewer)
    cursor = await _position(actor, run, last_event_id)
    if last_event_id and any(seen.ended for seen in cursor.runs.values()):
        return Response(status_code=204)
    pace, seats = of(request.app)
    caller = (actor.workspace_id, actor.name) if isinstance(viewer, Program) else viewer.user_id
    seats.take(caller, pace)
    session_id = None if isinstance(viewer, Program) else viewer.session_id
    feed = Feed(entry_of(request, Role.VIEWER), run, pace, session_id)
    return EventStream(feed.frames(actor, cursor), seats, caller, pace)


@dataclass(frozen=True, slots=True)
class Feed:
    """What one reader is sent; nothing is kept of it but where it is."""

    entry: Entry
    run: UUID | None
    pace: Pace
    session_id: UUID | None = None

    async def frames(self, actor: Actor, cursor: Cursor) -> AsyncGenerator[bytes]:
        """Yield frames until the run has ended, the rights have, or the process does."""
        yield f"retry: {round(self.pace.retry_s * 1000)}\n\n".encode()
        spoke = time.monotonic()
        # Watching begins before the first look, so that nothing falls between the two.
        with watch.bell(self._watched(actor)) as bell, closing.when_closing(bell.set):
            while not closing.is_closing():
                bell.clear()
                try:
                    news = await self._look(cursor)
                except PmflowError as error:
                    yield _ending(error)
                    return
                except Exception:
                    log.exception("stream.broken")
                    yield farewell("unavailable")
                    return
                cursor = news.cursor
                for event in news.events:
                    yield _frame(event)
                    spoke = time.monotonic()
                if news.ended:
                    return
                if time.monotonic() - spoke >= self.pace.heartbeat_s:
                    yield ALIVE
                    spoke = time.monotonic()
                if not news.more:
                    await self._rest(bell, spoke)
            yield farewell("shutdown")

    def _watched(self, actor: Actor) -> list[str]:
        topic = topics.board(actor.workspace_id) if self.run is None else topics.run(self.run)
        # Whoever is put out of the workspace, or whose session ends, is cut off at once.
        ends = [topics.workspace(actor.workspace_id)]
        if self.session_id is not None:
            ends.append(topics.session(self.session_id))
        return [topic, *ends]

    async def _look(self, cursor: Cursor) -> News:
        """Return what is new to whoever still may read it."""
        return await call(streams.read, await self.entry.actor(), cursor, self.run)

    async def _rest(self, bell: asyncio.Event, spoke: float) -> None:
        """Wait for a nudge, but no longer than until the next look or heartbeat is due."""
        await asyncio.sleep(0 if closing.is_closing() else self.pace.pause_s)
        due = spoke + self.pace.heartbeat_s - time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, min(due, self.pace.refresh_s))):
                await bell.wait()
        except TimeoutError:
            return


async def _position(actor: Actor, run: UUID | None, last_event_id: str | None) -> Cursor:
    if not last_event_id:
        return await call(streams.begin, actor, run)
    cursor = cursors.parse(last_event_id)
    # Refused before the stream begins, when it still can be said.
    await call(streams.check, actor, cursor, run)
    return cursor


def _frame(event: StreamEvent) -> bytes:
    return frame(event.kind.value, json.dumps(event.data), event.cursor.encode())


def _ending(error: PmflowError) -> bytes:
    """Return the last frame: the reader may come back, as the database will, or may not."""
    if isinstance(error, Unavailable):
        return farewell("unavailable")
    return frame("closed", _refusal(error))


def _refusal(error: PmflowError) -> str:
    return json.dumps({"reason": error.code, "detail": str(error), "reconnect": False})
