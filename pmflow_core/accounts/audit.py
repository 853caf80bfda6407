"""The audit log: who changed what, in the transaction of the change."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import repository
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.accounts.schemas import AuditQuery, AuditRead
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit

COLUMNS = ("at", "actor", "action", "target", "detail")
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
# What a spreadsheet takes for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def record(
    session: Session,
    actor: Actor,
    action: str,
    target: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write that `actor` did `action` (such as member.removed) to `target`; never a secret."""
    session.add(
        AuditEntry(
            workspace_id=actor.workspace_id,
            actor_id=actor.user_id,
            actor_name=actor.name,
            action=action,
            target=target,
            detail=detail or {},
        )
    )
    publish_on_commit(session, topics.audit(actor.workspace_id))


def list_entries(
    session: Session,
    actor: Actor,
    query: AuditQuery,
    *,
    below: UUID | None = None,
    limit: int = 50,
) -> Sequence[AuditRead]:
    """Return the newest entries that `query` asks for, older than `below`.

    Raises:
        PermissionDenied: the actor is not an admin.
    """
    actor.require(Role.ADMIN)
    return [read(row) for row in repository.list_entries(session, query, below, limit)]


def list_kinds(session: Session, actor: Actor) -> Sequence[str]:
    """Return what was done so far, before the dot: member, signal, …; raises PermissionDenied."""
    actor.require(Role.ADMIN)
    return repository.list_kinds(session)


def as_csv(entries: Sequence[AuditRead], *, head: bool) -> str:
    """Return the entries as lines of a CSV file that no spreadsheet takes for formulas."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    if head:
        lines.writerow(COLUMNS)
    lines.writerows([_safe(cell) for cell in _cells(entry)] for entry in entries)
    return written.getvalue()


def in_words(detail: dict[str, Any]) -> str:
    """Return an entry's detail as one line: `role: editor → viewer; name: Acme`."""
    if set(detail) == {"before", "after"}:
        return _change(detail)
    told = ((name, value) for name, value in detail.items() if value is not None)
    return "; ".join(_part(name, value) for name, value in told)


def read(row: AuditEntry) -> AuditRead:
    """Return an entry as it is shown."""
    return AuditRead(
        id=row.id,
        at=row.created_at,
        actor_id=row.actor_id,
        actor=row.actor_name,
        action=row.action,
        target=row.target,
        detail=row.detail,
    )


def _cells(entry: AuditRead) -> Iterator[str]:
    yield entry.at.isoformat()
    yield entry.actor
    yield entry.action
    yield entry.target
    yield in_words(entry.detail)


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _part(name: str, value: Any) -> str:
    words = name.replace("_", " ")
    if isinstance(value, dict) and set(value) == {"before", "after"}:
        return f"{words}: {_change(value)}"
    return f"{words}: {_plain(value)}"


def _change(value: dict[str, Any]) -> str:
    return f"{_plain(value['before'])} → {_plain(value['after'])}"


def _plain(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_plain(each) for each in value)
        case dict():
            return ", ".join(f"{name} {_plain(each)}" for name, each in value.items())
        case _:
            # Of a SHA-256 the beginning tells enough; the API gives it whole.
            return _DIGEST.sub(lambda found: f"{found.group()[:8]}…", str(value))
