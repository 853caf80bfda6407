"""Deliveries that were acknowledged, made into signals: each once, whatever crashes.

A delivery's signals and the note that it is done are one transaction. A body that can never be
read fails at once; anything else is tried again with growing pauses.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.db.hooks import on_commit
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.intake import event_rows
from pmflow_core.intake.bodies import SOURCES, BadDelivery, read_signals, understand
from pmflow_core.intake.models import RawEvent, RawStatus
from pmflow_core.intake.schemas import EventDetail, EventRead
from pmflow_core.integrations import repository as endpoints
from pmflow_core.integrations.models import WebhookEndpoint
from pmflow_core.jobs import Job, enqueue_together
from pmflow_core.logs import get_logger
from pmflow_core.signals import service as signals
from pmflow_core.signals.normalise import clean
from pmflow_core.signals.schemas import IngestResult, Rejection, SignalIn

log = get_logger(__name__)
MAX_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=5)
AWAY = (OperationalError, InterfaceError)
SHOWN_BYTES = 20_000
__all__ = ["BadDelivery", "read_signals"]


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


def list_events(
    session: Session,
    actor: Actor,
    status: RawStatus | None = None,
    limit: int = 50,
    *,
    endpoint_id: UUID | None = None,
    below: UUID | None = None,
) -> list[EventRead]:
    """Return the newest deliveries; `below` is the last of the page before."""
    actor.require(Role.VIEWER)
    found = event_rows.list_events(
        session, status, min(limit, 201), endpoint_id=endpoint_id, below=below
    )
    return [EventRead.model_validate(event) for event in found]


def get_event(session: Session, actor: Actor, event_id: UUID) -> EventDetail:
    """Return a delivery with the first 20 kB of its body; raises NotFound."""
    actor.require(Role.VIEWER)
    event = event_rows.find(session, event_id)
    if event is None:
        raise NotFound("There is no delivery with that id; they are kept for 30 days.")
    body = clean(event.body[:SHOWN_BYTES].decode(errors="replace"))
    return EventDetail(
        **EventRead.model_validate(event).model_dump(), body=body, size=len(event.body)
    )


def replay(session: Session, actor: Actor, event_id: UUID) -> None:
    """Have a delivery worked on again; one that was processed makes no signal twice.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: there is no such delivery, or it waits already.
    """
    actor.require(Role.ADMIN)
    event = event_rows.lock(session, event_id, RawStatus.FAILED, RawStatus.PROCESSED)
    if event is None:
        raise NotFound("There is no delivery with that id that could be replayed.")
    event.status, event.attempts, event.due_at = RawStatus.RECEIVED, 0, utcnow()
    session.flush()
    audit.record(session, actor, "webhook.replayed", str(event_id))
    wake(session, actor.workspace_id)


def wake(session: Session, workspace_id: UUID) -> None:
    """Offer the workspace's deliveries to a worker and nudge who watches, after the commit."""
    name = str(workspace_id)
    publish_on_commit(session, topics.webhooks(workspace_id))
    on_commit(session, lambda: enqueue_together(Job.PROCESS_EVENTS, name, job_id=f"events-{name}"))


def _process(session: Session, event: RawEvent) -> None:
    """Make signals of a delivery and note it, inside the caller's transaction."""
    event.attempts += 1
    endpoint = endpoints.get_endpoint(session, event.endpoint_id)
    try:
        rows, refused, skipped = understand(endpoint.kind, endpoint.settings, event.body)
    except BadDelivery as refusal:
        event.status, event.error = RawStatus.FAILED, str(refusal)
    else:
        event.status, event.error = RawStatus.PROCESSED, None
        event.processed_at = utcnow()
        event.result = _take(session, event, endpoint, (rows, refused, skipped))
    publish_on_commit(session, topics.webhooks(event.workspace_id))
    session.flush()


def _take(
    session: Session,
    event: RawEvent,
    endpoint: WebhookEndpoint,
    understood: tuple[Sequence[SignalIn], Sequence[Rejection], str | None],
) -> dict[str, Any]:
    """Return what a delivery came to; a sample of ours is only read."""
    rows, refused, skipped = understood
    told: dict[str, Any] = {"skipped": skipped} if skipped else {}
    if event.is_test:
        return told | _result(IngestResult(), refused) | {"would_create": len(rows)}
    if not rows:
        return told | _result(IngestResult(), refused)
    # The sender's own id again makes no second signal; one without gets the delivery's.
    named = [_named(event, row, place) for place, row in enumerate(rows, start=1)]
    actor = Actor.system(event.workspace_id)
    made = signals.ingest(session, actor, named, source=SOURCES[endpoint.kind])
    return told | _result(made, refused)


def _named(event: RawEvent, row: SignalIn, place: int) -> SignalIn:
    if row.source_ref is not None:
        return row
    reference = f"delivery-{event.id}#{row.line or place}"
    return row.model_copy(update={"source_ref": reference})


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
