"""Deliveries that were acknowledged, made into signals: each once, whatever crashes.

A delivery's signals and the note that it is done are one transaction. A body that can never be
read fails at once; anything else is tried again with growing pauses.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.intake import event_rows
from pmflow_core.intake.models import RawEvent, RawStatus
from pmflow_core.intake.schemas import EventRead
from pmflow_core.jobs import Job, enqueue_on_commit
from pmflow_core.logs import get_logger
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.normalise import normalise
from pmflow_core.signals.schemas import MAX_BATCH, IngestResult, Rejection, SignalIn

log = get_logger(__name__)
MAX_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=5)
AWAY = (OperationalError, InterfaceError)


class BadDelivery(Invalid):
    """The body of a delivery holds no signals."""

    code = "bad_delivery"


def process_workspace(workspace_id: UUID) -> int:
    """Work on the deliveries that wait until none does; return how many there were."""
    done = 0
    while count := process_batch(workspace_id):
        done += count
    return done


def process_batch(workspace_id: UUID) -> int:
    """Work on up to 50 waiting deliveries; return how many there were.

    When one breaks, each is done in a transaction of its own, so that it costs only itself.
    """
    waiting: list[UUID] = []
    try:
        with transaction(workspace_id) as session:
            events = event_rows.take_due(session)
            waiting.extend(event.id for event in events)
            for event in events:
                _process(session, event)
    except AWAY:
        raise
    except Exception as error:  # noqa: BLE001 whatever it is, it must not hold up the others
        log.warning("events.one_by_one", count=len(waiting), error=type(error).__name__)
        for event_id in waiting:
            _process_alone(workspace_id, event_id)
    return len(waiting)


def read_signals(body: bytes) -> tuple[list[SignalIn], list[Rejection]]:
    """Return the signals of a JSON body: one object, a list, or `{"signals": […]}`.

    An object that is no signal is refused alone, by its place in the list from 1.

    Raises:
        BadDelivery: the body is no JSON, holds nothing, or more than 1,000 objects.
    """
    try:
        given: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadDelivery("The body is not JSON.") from error
    if isinstance(given, dict) and isinstance(given.get("signals"), list):
        given = given["signals"]
    rows: list[Any] = given if isinstance(given, list) else [given]
    if not 1 <= len(rows) <= MAX_BATCH:
        raise BadDelivery(f"Send one signal, or a list of 1 to {MAX_BATCH}.")
    return parse_rows(rows)


def parse_rows(rows: Sequence[Any]) -> tuple[list[SignalIn], list[Rejection]]:
    """Return the objects that are signals, and why the others are none, by place from 1."""
    good: list[SignalIn] = []
    refused: list[Rejection] = []
    for place, row in enumerate(rows, start=1):
        try:
            good.append(SignalIn.model_validate(row).model_copy(update={"line": place}))
        except ValidationError as error:
            refused.append(Rejection(line=place, reason=_why(error)))
    return good, refused


def list_events(
    session: Session, actor: Actor, status: RawStatus | None = None, limit: int = 50
) -> list[EventRead]:
    """Return the newest deliveries; raises PermissionDenied below admin."""
    actor.require(Role.ADMIN)
    found = event_rows.list_events(session, status, min(limit, 200))
    return [EventRead.model_validate(event) for event in found]


def replay(session: Session, actor: Actor, event_id: UUID) -> None:
    """Have a failed delivery worked on again.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: there is no failed delivery with that id.
    """
    actor.require(Role.ADMIN)
    event = event_rows.lock(session, event_id, RawStatus.FAILED)
    if event is None:
        raise NotFound("There is no failed delivery with that id.")
    event.status, event.attempts, event.due_at = RawStatus.RECEIVED, 0, utcnow()
    session.flush()
    audit.record(session, actor, "webhook.replayed", str(event_id))
    workspace = str(actor.workspace_id)
    enqueue_on_commit(session, Job.PROCESS_EVENTS, workspace, job_id=f"events-{workspace}")


def _process(session: Session, event: RawEvent) -> None:
    """Make signals of a delivery and note it, inside the caller's transaction."""
    actor = Actor.system(event.workspace_id)
    event.attempts += 1
    try:
        rows, refused = read_signals(event.body)
    except BadDelivery as refusal:
        event.status, event.error = RawStatus.FAILED, str(refusal)
    else:
        made = signals.ingest(session, actor, rows, source=Source.WEBHOOK)
        event.status, event.error = RawStatus.PROCESSED, None
        event.processed_at = utcnow()
        event.result = _result(made, refused)
    session.flush()


def _process_alone(workspace_id: UUID, event_id: UUID) -> None:
    try:
        with transaction(workspace_id) as session:
            event = event_rows.lock(session, event_id, RawStatus.RECEIVED)
            if event is not None:
                _process(session, event)
    except AWAY:
        raise
    except Exception as error:
        log.exception("event.failed", event_id=str(event_id))
        with transaction(workspace_id) as session:
            event = event_rows.lock(session, event_id, RawStatus.RECEIVED)
            if event is not None:
                _put_off(event, error)
                session.flush()


def _put_off(event: RawEvent, error: Exception) -> None:
    event.attempts += 1
    event.error = f"Working on it failed ({type(error).__name__}); the server's log says more."
    event.due_at = utcnow() + FIRST_PAUSE * 2 ** (event.attempts - 1)
    if event.attempts >= MAX_ATTEMPTS:
        event.status = RawStatus.FAILED


def _result(made: IngestResult, refused: Sequence[Rejection]) -> dict[str, Any]:
    rejected = sorted([*refused, *made.rejected], key=lambda row: row.line)
    return {
        "created": made.created,
        "duplicates": made.duplicates,
        "rejected": [row.model_dump() for row in rejected],
    }


def _why(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}".removeprefix(": ")
        for fault in error.errors(include_url=False, include_input=False)[:3]
    ]
    return normalise("; ".join(faults))[:500]
