"""Signals as evidence of projects: linking, unlinking, and what that does to their status."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import service as activity
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, NotFound
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.ids import uuid7
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project
from pmflow_core.signals import repository
from pmflow_core.signals.models import Signal, SignalProject, SignalStatus
from pmflow_core.signals.schemas import LinkRead, Undo, UndoVerb

BY_HAND = "linked by hand"
LINKED, REVIEWED = SignalStatus.LINKED, SignalStatus.REVIEWED


class MergedAway(Conflict):
    """The signal was merged into another, which stands for it."""

    code = "signal_merged"


def link_to_project(
    session: Session,
    actor: Actor,
    signal_ids: Sequence[UUID],
    project_id: UUID,
    *,
    reason: str = BY_HAND,
    confidence: float | None = None,
) -> Undo:
    """Make the signals evidence of the project; those that already are stay as they are.

    Returns what undoes it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: one of the signals, or the project, is not in the actor's workspace.
        MergedAway: one of them was merged into another.
    """
    actor.require(Role.EDITOR)
    project = projects.get_project(session, project_id)
    signals = repository.lock_signals(session, signal_ids)
    for signal in signals:
        if signal.merged_into is not None:
            raise MergedAway(
                f"S-{signal.number} was merged into another signal; link that one instead."
            )
    added = _add_links(session, actor, signals, project_id, (reason, confidence))
    statuses = {signal.id: signal.status for signal in signals if signal.id in added}
    for signal in signals:
        if signal.id in added and signal.status in (SignalStatus.NEW, REVIEWED):
            signal.status = LINKED
    session.flush()
    if added:
        activity.record(session, actor, project_id, "link", f"Linked {_amount(len(added))}")
        audit.record(session, actor, "signals.linked", project.key, {"signals": len(added)})
        _announce(session, project)
    return Undo(verb=UndoVerb.LINK, project_id=project_id, statuses=statuses, after=REVIEWED)


def unlink(session: Session, actor: Actor, signal_ids: Sequence[UUID], project_id: UUID) -> Undo:
    """Take the signals off the project; one without any link left is `reviewed` again.

    Returns what undoes it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: one of the signals, or the project, is not in the actor's workspace.
    """
    actor.require(Role.EDITOR)
    project = projects.get_project(session, project_id)
    signals = repository.lock_signals(session, signal_ids, deleted=True)
    removed = _remove_links(session, [signal.id for signal in signals], project_id)
    still = linked_among(session, list(removed))
    statuses = {signal.id: signal.status for signal in signals if signal.id in removed}
    for signal in signals:
        lost_last = signal.id in removed and signal.id not in still
        if lost_last and signal.status is LINKED:
            signal.status = REVIEWED
    session.flush()
    if removed:
        activity.record(session, actor, project_id, "link", f"Unlinked {_amount(len(removed))}")
        audit.record(session, actor, "signals.unlinked", project.key, {"signals": len(removed)})
        _announce(session, project)
    return Undo(verb=UndoVerb.UNLINK, project_id=project_id, statuses=statuses, after=LINKED)


def links_of(session: Session, signal_id: UUID) -> list[LinkRead]:
    """Return the live projects a signal is evidence of, the oldest link first."""
    statement = (
        select(
            col(Project.id),
            col(Project.key),
            col(Project.name),
            col(SignalProject.reason),
            col(SignalProject.confidence),
            col(SignalProject.created_at),
        )
        .join(Project, col(Project.id) == col(SignalProject.project_id))
        .where(col(SignalProject.signal_id) == signal_id, col(Project.deleted_at).is_(None))
        .order_by(col(SignalProject.id))
    )
    return [LinkRead(*row) for row in session.execute(statement)]


def id_of(session: Session, actor: Actor, number: int) -> UUID:
    """Return the id of the signal that is cited by a number, also of one in the bin.

    Raises:
        NotFound: the actor's workspace has no such signal.
    """
    actor.require(Role.VIEWER)
    return repository.get_signal(session, number, deleted=True).id


def ids_of(session: Session, actor: Actor, numbers: Collection[int]) -> list[UUID]:
    """Return the ids of signals that are cited by numbers, also of those in the bin.

    Raises:
        NotFound: the actor's workspace has not all of them.
    """
    actor.require(Role.VIEWER)
    statement = select(col(Signal.id)).where(col(Signal.number).in_(numbers))
    found = list(session.scalars(statement))
    if len(found) != len(set(numbers)):
        raise NotFound("One of these signals does not exist.")
    return found


def names_of(session: Session, actor: Actor, ids: Sequence[UUID]) -> list[str]:
    """Return what the signals are cited as, in the order of their numbers."""
    actor.require(Role.VIEWER)
    statement = select(col(Signal.number)).where(col(Signal.id).in_(ids))
    return [f"S-{number}" for number in session.scalars(statement.order_by(col(Signal.number)))]


def linked_among(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of the signals are evidence of any project."""
    statement = select(col(SignalProject.signal_id)).where(
        col(SignalProject.signal_id) == func.any(list(ids))
    )
    return set(session.scalars(statement))


def _add_links(
    session: Session,
    actor: Actor,
    signals: Sequence[Signal],
    project_id: UUID,
    why: tuple[str, float | None],
) -> set[UUID]:
    rows = [
        {
            "id": uuid7(),
            "created_at": utcnow(),
            "workspace_id": actor.workspace_id,
            "signal_id": signal.id,
            "project_id": project_id,
            "linked_by": actor.user_id,
            "reason": why[0],
            "confidence": why[1],
        }
        for signal in signals
    ]
    if not rows:
        return set()
    statement = (
        insert(SignalProject).on_conflict_do_nothing().returning(col(SignalProject.signal_id))
    )
    return set(session.scalars(statement, rows))


def _remove_links(session: Session, ids: Sequence[UUID], project_id: UUID) -> set[UUID]:
    statement = (
        delete(SignalProject)
        .where(
            col(SignalProject.project_id) == project_id,
            col(SignalProject.signal_id) == func.any(list(ids)),
        )
        .returning(col(SignalProject.signal_id))
    )
    return set(session.scalars(statement))


def _announce(session: Session, project: Project) -> None:
    publish_on_commit(
        session,
        topics.signals(project.workspace_id),
        topics.board(project.workspace_id),
        topics.project(project.id),
    )


def _amount(count: int) -> str:
    return f"{count} signal" if count == 1 else f"{count} signals"
