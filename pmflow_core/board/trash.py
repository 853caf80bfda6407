"""The trash of a workspace: what people deleted, brought back, or erased for good.

Editors delete and restore, admins erase; what lies there for 30 days is erased by maintenance. A
signal that a document cites is kept, because its citation must lead somewhere. Projects are kept
too: their decisions, versions and logs are append-only, and go with the workspace. Of private saved
views everybody sees their own here as well. Deleted comments end here, but are not listed: they are
brought back where they were said.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity.models import Comment
from pmflow_core.board import trash_rows
from pmflow_core.board.trash_rows import Binned, Ending, Position, Reader
from pmflow_core.clock import utcnow
from pmflow_core.customers import service as customers
from pmflow_core.customers.models import Customer
from pmflow_core.errors import Conflict, NotFound
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.knowledge import records
from pmflow_core.knowledge import service as personas
from pmflow_core.knowledge.models import KnowledgeRecord, Persona
from pmflow_core.projects.models import Project
from pmflow_core.saved_views import service as views
from pmflow_core.saved_views.models import SavedView
from pmflow_core.signals import bulk
from pmflow_core.signals.models import Signal

KEPT = timedelta(days=30)
BATCH = 500
NAMED = 100
"""That many characters of a signal's text stand for it."""


class TrashKind(StrEnum):
    """What can lie in the trash."""

    SIGNAL = "signal"
    CUSTOMER = "customer"
    PERSONA = "persona"
    KNOWLEDGE = "knowledge"
    VIEW = "view"
    PROJECT = "project"


class ThemeTaken(Conflict):
    """The theme of a deleted project has another active project by now."""

    code = "theme_taken"


class CannotErase(Conflict):
    """What belongs to it may not be deleted, or something refers to it."""

    code = "cannot_erase"


@dataclass(frozen=True, slots=True)
class TrashItem:
    """Something deleted; `by` is None where a program did it, `gone_at` None where it is kept."""

    kind: TrashKind
    id: UUID
    name: str
    deleted_at: datetime
    by: str | None
    gone_at: datetime | None


TABLES: Mapping[TrashKind, Binned] = MappingProxyType(
    {
        TrashKind.SIGNAL: Signal,
        TrashKind.CUSTOMER: Customer,
        TrashKind.PERSONA: Persona,
        TrashKind.KNOWLEDGE: KnowledgeRecord,
        TrashKind.VIEW: SavedView,
        TrashKind.PROJECT: Project,
    }
)


def list_trash(
    session: Session,
    actor: Actor,
    kind: TrashKind,
    *,
    below: Position | None = None,
    limit: int = 50,
) -> Sequence[TrashItem]:
    """Return what of a kind is in the trash, the last deleted first, older than `below`."""
    actor.require(Role.VIEWER)
    reader = Reader(actor.user_id)
    found = trash_rows.page(session, TABLES[kind], reader, _title(kind), below, limit)
    kept = None if kind is TrashKind.PROJECT else KEPT
    return [
        TrashItem(kind, row[0], row[1], row[2], row[3], row[2] + kept if kept else None)
        for row in found
    ]


def count_trash(session: Session, actor: Actor) -> Mapping[TrashKind, int]:
    """Return how many of each kind are in the trash."""
    actor.require(Role.VIEWER)
    reader = Reader(actor.user_id)
    return {kind: trash_rows.count(session, table, reader) for kind, table in TABLES.items()}


def restore(session: Session, actor: Actor, kind: TrashKind, item: UUID) -> None:
    """Bring something back from the trash.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: it is not in the trash.
        CustomerKeyTaken: a customer with the same address or name was made since.
        PersonaNameTaken: another persona took its name.
        RecordTitleTaken: another record of knowledge took its title.
        ViewNameTaken: another saved view took its name.
        ThemeTaken: the project's theme has another one.
    """
    actor.require(Role.EDITOR)
    _lock(session, actor, kind, item)
    match kind:
        case TrashKind.SIGNAL:
            bulk.restore(session, actor, [item])
        case TrashKind.CUSTOMER:
            customers.restore(session, actor, item)
        case TrashKind.PERSONA:
            personas.restore(session, actor, item)
        case TrashKind.KNOWLEDGE:
            records.restore(session, actor, item)
        case TrashKind.VIEW:
            views.restore(session, actor, item)
        case TrashKind.PROJECT:
            _restore_project(session, actor, item)


def erase(session: Session, actor: Actor, kind: TrashKind, item: UUID) -> None:
    """Delete something in the trash for good, with what says who it was.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: it is not in the trash.
        CannotErase: it is a signal that a document cites, or a project.
    """
    actor.require(Role.ADMIN)
    if kind is TrashKind.PROJECT:
        raise CannotErase(
            "Decisions, versions and logs are never deleted; a project goes with its workspace."
        )
    _lock(session, actor, kind, item)
    if not _erase(session, actor, kind.value, [item]):
        raise CannotErase("A document cites this signal, so it stays in the trash.")


def erase_old(session: Session, actor: Actor) -> dict[str, int]:
    """Erase up to 500 of each kind whose 30 days are over; all figures are 0 when none is left.

    Raises:
        PermissionDenied: the actor is not an admin.
    """
    actor.require(Role.ADMIN)
    before = utcnow() - KEPT
    done: dict[str, int] = {}
    for kind, (table, _) in ERASE.items():
        ids = trash_rows.old(session, table, before, BATCH)
        ids = trash_rows.lock(session, table, ids)
        done[kind] = _erase(session, actor, kind, ids) if ids else 0
    return done


def _lock(session: Session, actor: Actor, kind: TrashKind, item: UUID) -> None:
    if not trash_rows.lock(session, TABLES[kind], [item], Reader(actor.user_id)):
        raise NotFound("It is not in the trash; somebody may have restored or erased it.")


def _erase(session: Session, actor: Actor, kind: str, ids: Collection[UUID]) -> int:
    _, erase_rows = ERASE[kind]
    number = erase_rows(session, ids)
    if number:
        # No name: what was erased is not to be read here either.
        audit.record(session, actor, f"{kind}.erased", f"{number} from the trash")
        _announce(session, actor)
    return number


def _erase_signals(session: Session, ids: Collection[UUID]) -> int:
    """Erase signals with all that was merged into them; a family that is cited is left whole."""
    root_of = {signal_id: signal_id for signal_id in ids}
    found = trash_rows.copies_of(session, ids)
    while found := {copy: into for copy, into in found.items() if copy not in root_of}:
        root_of |= {copy: root_of[into] for copy, into in found.items()}
        found = trash_rows.copies_of(session, found)
    kept = {root_of[cited] for cited in trash_rows.cited_among(session, root_of)}
    doomed = [signal_id for signal_id, root in root_of.items() if root not in kept]
    if doomed:
        trash_rows.erase_signals(session, doomed)
    return sum(1 for signal_id in ids if root_of[signal_id] not in kept)


def _restore_project(session: Session, actor: Actor, project_id: UUID) -> None:
    project = session.get_one(Project, project_id, populate_existing=True)
    try:
        with session.begin_nested():
            project.deleted_at = project.deleted_by = None
    except IntegrityError as error:
        raise ThemeTaken(
            f"The theme of {project.key} has another active project; archive that one first."
        ) from error
    audit.record(session, actor, "project.restored", project.key, {"name": project.name})
    publish_on_commit(session, topics.project(project_id))
    _announce(session, actor)


def _title(kind: TrashKind) -> Any:
    if kind is TrashKind.SIGNAL:
        text = col(Signal.verbatim)
        more = case((func.length(text) > NAMED, literal("…")), else_=literal(""))
        start = func.left(text, NAMED)
        return func.concat(literal("S-"), col(Signal.number), literal(" "), start, more)
    if kind is TrashKind.PROJECT:
        return func.concat(col(Project.key), literal(" "), col(Project.name))
    return NAMES[kind]


def _announce(session: Session, actor: Actor) -> None:
    here = actor.workspace_id
    publish_on_commit(
        session,
        topics.signals(here),
        topics.board(here),
        topics.knowledge(here),
        topics.views(here),
        topics.workspace(here),
    )


NAMES: Mapping[TrashKind, Any] = MappingProxyType(
    {
        TrashKind.CUSTOMER: col(Customer.name),
        TrashKind.PERSONA: col(Persona.name),
        TrashKind.KNOWLEDGE: col(KnowledgeRecord.title),
        TrashKind.VIEW: col(SavedView.name),
    }
)
ERASE: Mapping[str, tuple[Ending, Callable[[Session, Collection[UUID]], int]]] = MappingProxyType(
    {
        TrashKind.SIGNAL.value: (Signal, _erase_signals),
        TrashKind.CUSTOMER.value: (Customer, trash_rows.erase_customers),
        TrashKind.PERSONA.value: (Persona, trash_rows.erase_personas),
        TrashKind.KNOWLEDGE.value: (KnowledgeRecord, trash_rows.erase_records),
        TrashKind.VIEW.value: (SavedView, trash_rows.erase_views),
        "comment": (Comment, trash_rows.erase_comments),
    }
)
"""What ends after 30 days, by the word that the audit log and the rounds of maintenance use."""
