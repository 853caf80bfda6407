"""What is done to many signals at once, and taking it back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.signals import links, repository, tags
from pmflow_core.signals.models import Signal, SignalStatus
from pmflow_core.signals.nudges import announce, wake_worker
from pmflow_core.signals.schemas import Undo, UndoVerb

LINKED = SignalStatus.LINKED
AUDITED = 20
"""That many signals of one action are named in the audit log."""


def archive(session: Session, actor: Actor, ids: Sequence[UUID]) -> Undo:
    """Put signals aside; they stay evidence where they are linked. Returns what undoes it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: one of them is not in the actor's workspace; then none is changed.
    """
    actor.require(Role.EDITOR)
    signals = repository.lock_signals(session, ids)
    movable = [signal for signal in signals if signal.status is not SignalStatus.MERGED]
    return _set_status(session, actor, movable, SignalStatus.ARCHIVED)


def mark_reviewed(session: Session, actor: Actor, ids: Sequence[UUID]) -> Undo:
    """Mark new signals as seen; others stay as they are. Returns what undoes it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: one of them is not in the actor's workspace; then none is changed.
    """
    actor.require(Role.EDITOR)
    signals = repository.lock_signals(session, ids)
    unseen = [signal for signal in signals if signal.status is SignalStatus.NEW]
    return _set_status(session, actor, unseen, SignalStatus.REVIEWED)


def restore(session: Session, actor: Actor, ids: Sequence[UUID]) -> None:
    """Bring archived or deleted signals back as reviewed, or as linked where they are evidence.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: one of them is not in the actor's workspace; then none is changed.
    """
    actor.require(Role.EDITOR)
    signals = repository.lock_signals(session, ids, deleted=True)
    linked = links.linked_among(session, ids)
    for signal in signals:
        if signal.merged_into is not None:
            signal.deleted_at = signal.deleted_by = None
        elif signal.status is SignalStatus.ARCHIVED or signal.deleted_at is not None:
            signal.deleted_at = signal.deleted_by = None
            signal.status = LINKED if signal.id in linked else SignalStatus.REVIEWED
    session.flush()
    _note(session, actor, "signals.restored", signals)
    announce(session, actor.workspace_id)
    wake_worker(session, actor.workspace_id)


def delete(session: Session, actor: Actor, ids: Sequence[UUID]) -> Undo:
    """Move signals to the bin. Returns what undoes it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: one of them is not in the actor's workspace; then none is changed.
    """
    actor.require(Role.EDITOR)
    signals = repository.lock_signals(session, ids)
    for signal in signals:
        signal.deleted_at, signal.deleted_by = utcnow(), actor.user_id
    session.flush()
    _note(session, actor, "signals.deleted", signals)
    announce(session, actor.workspace_id)
    return Undo(verb=UndoVerb.DELETE, statuses={signal.id: signal.status for signal in signals})


def undo(session: Session, actor: Actor, done: Undo) -> None:
    """Take a bulk action back: links, tags, statuses and the bin are as they were before it.

    A signal whose status was changed since keeps the new one.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: a signal, the project or the tag is not in the actor's workspace; then nothing
            is changed.
    """
    actor.require(Role.EDITOR)
    ids = list(done.statuses)
    signals = repository.lock_signals(session, ids, deleted=True)
    if done.verb is UndoVerb.LINK and done.project_id is not None:
        links.unlink(session, actor, ids, done.project_id)
    elif done.verb is UndoVerb.UNLINK and done.project_id is not None:
        apart = [signal.id for signal in signals if signal.merged_into is None]
        links.link_to_project(session, actor, apart, done.project_id)
    elif done.verb in (UndoVerb.TAG, UndoVerb.UNTAG):
        tags.take_back(session, actor, signals, done)
    elif done.verb is UndoVerb.DELETE:
        for signal in signals:
            signal.deleted_at = signal.deleted_by = None
    linked = links.linked_among(session, ids)
    for signal in signals:
        before = done.statuses[signal.id]
        if signal.status is done.after and (signal.id in linked) == (before is LINKED):
            signal.status = before
    session.flush()
    _note(session, actor, "signals.undone", signals, {"what": done.verb.value})
    announce(session, actor.workspace_id)


def _set_status(
    session: Session, actor: Actor, signals: Sequence[Signal], status: SignalStatus
) -> Undo:
    before = {signal.id: signal.status for signal in signals if signal.status is not status}
    repository.set_status(session, list(before), status)
    changed = [signal for signal in signals if signal.id in before]
    if changed:
        _note(session, actor, f"signals.{status.value}", changed)
    announce(session, actor.workspace_id)
    return Undo(verb=UndoVerb.STATUS, statuses=before, after=status)


def _note(
    session: Session,
    actor: Actor,
    action: str,
    signals: Sequence[Signal],
    detail: dict[str, Any] | None = None,
) -> None:
    """Write into the audit log what was done to signals, naming the first of many."""
    named = sorted(signal.number for signal in signals)[:AUDITED]
    if not named:
        return
    more = f" and {len(signals) - len(named):,} more" if len(signals) > len(named) else ""
    target = ", ".join(f"S-{number}" for number in named) + more
    audit.record(session, actor, action, target, {"signals": len(signals)} | (detail or {}))
