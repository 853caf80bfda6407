"""Rounds of maintenance as rows: asked for by people or because they are due, and shown."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.automation import chore_rows, chores, service
from pmflow_core.automation.models import Chore, MaintenanceRun
from pmflow_core.automation.schemas import ChoreRead, RoundRead
from pmflow_core.clock import utcnow
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.jobs import Job, enqueue_on_commit

EVERY: Mapping[Chore, timedelta] = MappingProxyType(
    {
        Chore.AUTOMATION: timedelta(hours=1),
        Chore.ORPHANS: timedelta(days=1),
        Chore.DUPLICATES: timedelta(days=1),
        Chore.ARCHIVAL: timedelta(days=1),
        Chore.EXPIRY: timedelta(days=1),
        Chore.TRASH: timedelta(days=1),
    }
)


def request(session: Session, actor: Actor, chore: Chore) -> UUID:
    """Ask for a chore to be done now and return its round; one that is open already is that one.

    Raises:
        PermissionDenied: the actor is not an editor.
    """
    round_id = begin(session, actor, chore)
    _offer(session, actor, round_id)
    return round_id


def begin(session: Session, actor: Actor, chore: Chore) -> UUID:
    """Open a round that whoever asks does at once, and return it; raises as `request`."""
    actor.require(Role.EDITOR)
    row = MaintenanceRun(workspace_id=actor.workspace_id, chore=chore, asked_by=actor.user_id)
    return chore_rows.open_round(session, row)


def request_due(session: Session, actor: Actor) -> list[UUID]:
    """Open the rounds that are due, and offer again those that lost their worker; return all."""
    actor.require(Role.EDITOR)
    settings = service.read_settings(session, actor)
    last = chore_rows.last_rounds(session)
    for chore in due_chores({name: row.created_at for name, row in last.items()}, utcnow()):
        if chores.is_on(chore, settings):
            row = MaintenanceRun(workspace_id=actor.workspace_id, chore=chore)
            chore_rows.open_round(session, row)
    waiting = chore_rows.open_rounds(session)
    for round_id in waiting:
        _offer(session, actor, round_id)
    return waiting


def due_chores(begun: Mapping[Chore, datetime], now: datetime) -> list[Chore]:
    """Return the chores whose last round began long enough ago, or never; pure."""
    return [
        chore for chore, every in EVERY.items() if chore not in begun or begun[chore] + every <= now
    ]


def read_chores(session: Session, actor: Actor) -> list[ChoreRead]:
    """Return every chore with its last round and when the next one is due."""
    actor.require(Role.VIEWER)
    settings = service.read_settings(session, actor)
    last = chore_rows.last_rounds(session)
    found: list[ChoreRead] = []
    for chore, every in EVERY.items():
        row = last.get(chore)
        is_on = chores.is_on(chore, settings)
        next_at = max(row.created_at + every, utcnow()) if row else utcnow()
        found.append(ChoreRead(chore, is_on, _read(row), next_at if is_on else None))
    return found


def list_rounds(
    session: Session, actor: Actor, *, chore: Chore | None = None, limit: int = 50
) -> list[RoundRead]:
    """Return the newest rounds, of one chore when it is named."""
    actor.require(Role.VIEWER)
    return [as_read(row) for row in chore_rows.list_rounds(session, chore, limit)]


def announce(session: Session, actor: Actor) -> None:
    """Nudge whoever watches the workspace's maintenance, after the commit."""
    publish_on_commit(session, topics.automation(actor.workspace_id))


def as_read(row: MaintenanceRun) -> RoundRead:
    """Return a round as it is shown."""
    return RoundRead(
        row.id,
        row.chore,
        row.created_at,
        row.finished_at,
        dict(row.result),
        row.error,
        row.asked_by is not None,
    )


def _read(row: MaintenanceRun | None) -> RoundRead | None:
    return None if row is None else as_read(row)


def _offer(session: Session, actor: Actor, round_id: UUID) -> None:
    enqueue_on_commit(
        session,
        Job.DO_CHORE,
        str(actor.workspace_id),
        str(round_id),
        job_id=f"chore-{round_id}",
    )
    announce(session, actor)
