"""Tags: words of a workspace's own that people put on signals, and find them by.

A tag is there while a signal carries it. Capitals do not tell tags apart, and the first spelling
stays. With a merge they move to the signal that is kept, as links do.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Invalid
from pmflow_core.signals import repository, tag_rows
from pmflow_core.signals.models import Signal
from pmflow_core.signals.normalise import LONGEST_TAG
from pmflow_core.signals.nudges import announce
from pmflow_core.signals.schemas import TagRead, Undo, UndoVerb

BY_HAND, BY_SENDER = "by hand", "by its sender"


class NoTag(Invalid):
    """The name of a tag says nothing, or is longer than 40 characters."""

    code = "tag_has_no_name"


def list_tags(session: Session, actor: Actor) -> list[TagRead]:
    """Return the tags that listed signals carry, those of the most signals first."""
    actor.require(Role.VIEWER)
    return [TagRead(*found) for found in tag_rows.counted(session)]


def carried(
    session: Session, actor: Actor, signal_ids: Sequence[UUID]
) -> Sequence[tuple[str, int]]:
    """Return the tags that some signals carry and how many of them do, the most first."""
    actor.require(Role.VIEWER)
    found = tag_rows.names_of(session, signal_ids)
    return Counter(name for names in found.values() for name in names).most_common()


def tag(session: Session, actor: Actor, signal_ids: Sequence[UUID], name: str) -> Undo:
    """Put a tag on signals, a new one if there is none of that name; those with it stay so.

    Returns what undoes it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NoTag: the name says nothing, or is too long.
        NotFound: one of the signals is not in the actor's workspace; then none is changed.
    """
    actor.require(Role.EDITOR)
    said = " ".join(name.split())
    if not 0 < len(said) <= LONGEST_TAG:
        raise NoTag(f"A tag has 1 to {LONGEST_TAG} characters.")
    signals = _apart(repository.lock_signals(session, signal_ids))
    [found] = tag_rows.make(session, actor.workspace_id, [said]).values()
    pairs = [(signal.id, found.id) for signal in signals]
    changed = tag_rows.put(session, pairs, _about(actor, BY_HAND))
    return _done(session, actor, UndoVerb.TAG, (found.id, found.name), signals, changed)


def untag(session: Session, actor: Actor, signal_ids: Sequence[UUID], name: str) -> Undo:
    """Take a tag off signals; those without it stay so. Returns what undoes it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: one of the signals is not in the actor's workspace; then none is changed.
    """
    actor.require(Role.EDITOR)
    signals = repository.lock_signals(session, signal_ids)
    found = tag_rows.find(session, name)
    changed = set() if found is None else tag_rows.take(session, signal_ids, found.id)
    known = (None, name) if found is None else (found.id, found.name)
    return _done(session, actor, UndoVerb.UNTAG, known, signals, changed)


def take_back(session: Session, actor: Actor, signals: Sequence[Signal], done: Undo) -> None:
    """Undo tagging or untagging, for `bulk.undo`; raises as `untag`."""
    actor.require(Role.EDITOR)
    if done.tag_id is None:
        return
    tag_id = tag_rows.get(session, done.tag_id).id
    if done.verb is UndoVerb.TAG:
        tag_rows.take(session, [signal.id for signal in signals], tag_id)
    else:
        pairs = [(signal.id, tag_id) for signal in _apart(signals)]
        tag_rows.put(session, pairs, _about(actor, BY_HAND))


def keep_senders(
    session: Session, actor: Actor, sent: Iterable[tuple[UUID, Sequence[str]]]
) -> None:
    """Put on new signals, as (id, names), the tags that their sender gave."""
    actor.require(Role.EDITOR)
    wanted = [(signal_id, tag_rows.fold(name), name) for signal_id, names in sent for name in names]
    made = tag_rows.make(session, actor.workspace_id, [name for _, _, name in wanted])
    pairs = {(signal_id, made[folded].id) for signal_id, folded, _ in wanted}
    tag_rows.put(session, pairs, _about(actor, BY_SENDER))


def _apart(signals: Sequence[Signal]) -> list[Signal]:
    """Return the signals that stand for themselves; what was merged carries no tags of its own."""
    return [signal for signal in signals if signal.merged_into is None]


def _about(actor: Actor, reason: str) -> dict[str, object]:
    return {"workspace_id": actor.workspace_id, "linked_by": actor.user_id, "reason": reason}


def _done(
    session: Session,
    actor: Actor,
    verb: UndoVerb,
    named: tuple[UUID | None, str],
    signals: Sequence[Signal],
    changed: set[UUID],
) -> Undo:
    tag_id, name = named
    if changed:
        action = "signals.tagged" if verb is UndoVerb.TAG else "signals.untagged"
        audit.record(session, actor, action, name, {"signals": len(changed)})
        announce(session, actor.workspace_id)
    statuses = {signal.id: signal.status for signal in signals if signal.id in changed}
    return Undo(verb=verb, tag_id=tag_id, statuses=statuses)
