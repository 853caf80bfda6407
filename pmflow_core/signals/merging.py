"""Making signals one that say the same, and taking that back exactly.

Of a family one signal is kept; the others have the status `merged`, point to it, and are left out
of lists, themes and counts. Their links move to it, each as the row it was. A citation stays what
it is, the record of the words that were quoted; who asks what cites a signal asks for its family.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.signals import merge_rows, repository
from pmflow_core.signals.likeness import Rarity, bag_of, matching_words
from pmflow_core.signals.merge_plan import join, leave, status_after
from pmflow_core.signals.models import MergeKind, Signal, SignalMerge, SignalStatus
from pmflow_core.signals.nudges import announce

MOST_AT_ONCE = 200
_EXACT: dict[str, Any] = {"kind": MergeKind.EXACT, "score": None, "words": []}


class NothingToMerge(Invalid):
    """Fewer than two signals were given, or too many."""

    code = "merge_too_few"


class NotMerged(Conflict):
    """The signal is not merged into another, or not any more."""

    code = "signal_not_merged"


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge came to: the signal that is kept, and those that were merged into it now."""

    kept_id: UUID
    kept_number: int
    merged: tuple[UUID, ...]


def merge(session: Session, actor: Actor, ids: Sequence[UUID]) -> Merged:
    """Make signals one: the oldest stays, by when it was received, then by number.

    One that is merged already stands for the signal that is kept for it, so that repeating a merge
    changes nothing.

    Raises:
        PermissionDenied: the actor is not an editor.
        NothingToMerge: fewer than two different signals, or more than 200.
        NotFound: one of them is not in the actor's workspace; then none is changed.
    """
    actor.require(Role.EDITOR)
    if not 2 <= len(set(ids)) <= MOST_AT_ONCE:
        raise NothingToMerge(f"Choose two signals to merge, or up to {MOST_AT_ONCE}.")
    merge_rows.lock_merging(session, actor.workspace_id)
    roots = set(merge_rows.roots_of(session, ids).values())
    family = repository.lock_signals(session, merge_rows.families(session, roots), deleted=True)
    live = [each for each in family if each.id in roots and each.deleted_at is None]
    if len(live) != len(roots):
        raise NothingToMerge("A signal that is in the bin is not merged; restore it first.")
    kept, *others = sorted(live, key=lambda each: (each.received_at, each.number))
    for each in others:
        _join(session, actor, kept, each)
    if others:
        merged = [f"S-{each.number}" for each in others]
        audit.record(session, actor, "signals.merged", f"S-{kept.number}", {"merged": merged})
    _announce(session, actor)
    return Merged(kept.id, kept.number, tuple(each.id for each in others))


def merge_copies(session: Session, actor: Actor, pairs: Sequence[tuple[UUID, UUID]]) -> list[UUID]:
    """Merge signals into earlier ones of the very same text, and return those merged.

    `pairs` are (copy, original), as `copies.lock_with_originals` returned them in this transaction.
    Thousands may come with one import, so those that nothing hangs on are written at once.
    """
    actor.require(Role.EDITOR)
    if not pairs:
        return []
    roots = merge_rows.roots_of(session, {original for _, original in pairs})
    ids = {copy for copy, _ in pairs} | set(roots.values())
    rows = {each.id: each for each in repository.lock_signals(session, list(ids), deleted=True)}
    held = merge_rows.with_anything(session, [copy for copy, _ in pairs])
    bare: list[SignalMerge] = []
    # Of copies of one text the earlier go first: a later one may be a copy of an earlier.
    for copy, original in sorted(pairs, key=lambda pair: rows[pair[0]].number):
        kept, joining = rows[roots[original]], rows[copy]
        if copy in held:
            _join(session, actor, kept, joining, under=original)
        else:
            bare.append(_record(actor, (joining, original), _nothing(joining), _EXACT))
            joining.status, joining.merged_into = SignalStatus.MERGED, kept.id
    session.add_all(bare)
    session.flush()
    return [copy for copy, _ in pairs]


def unmerge(session: Session, actor: Actor, signal_id: UUID) -> Signal:
    """Take a merged signal out again, with what was merged into it, as it was before.

    What people changed on the kept signal since stays changed. Returns the signal.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: it is not in the actor's workspace.
        NotMerged: it is not merged, or somebody took it out just now.
    """
    actor.require(Role.EDITOR)
    merge_rows.lock_merging(session, actor.workspace_id)
    [signal] = repository.lock_signals(session, [signal_id], deleted=True)
    if signal.merged_into is None:
        raise NotMerged(f"S-{signal.number} is not merged into another signal.")
    root_id = signal.merged_into
    locked = repository.lock_signals(session, merge_rows.families(session, [root_id]), deleted=True)
    root = next(each for each in locked if each.id == root_id)
    _split(session, actor, root, signal)
    detail = {"from": f"S-{root.number}"}
    audit.record(session, actor, "signals.unmerged", f"S-{signal.number}", detail)
    _announce(session, actor)
    return signal


def _join(
    session: Session, actor: Actor, kept: Signal, joining: Signal, *, under: UUID | None = None
) -> None:
    earlier = merge_rows.standing(session, joining.id)
    before = _nothing(joining)
    for name in merge_rows.TABLES:
        recorded = {link["id"] for each in earlier for link in merge_rows.from_record(each, name)}
        moves = join(
            merge_rows.links_of(session, name, kept.id),
            merge_rows.links_of(session, name, joining.id),
            recorded,
        )
        merge_rows.drop_links(session, name, moves.dropped)
        merge_rows.move_links(session, name, moves.moving, kept.id)
        before[name] = merge_rows.as_record(moves.own)
        if name == "projects" and moves.moving:
            before["raised"] = _raise(kept)
    merge_rows.point(session, [each.duplicate_id for each in earlier], kept.id)
    session.add(_record(actor, (joining, under or kept.id), before, _likeness(kept, joining)))
    joining.status, joining.merged_into = SignalStatus.MERGED, kept.id
    session.flush()


def _nothing(joining: Signal) -> dict[str, Any]:
    """Return what is on record of a signal that no link hangs on."""
    links: dict[str, Any] = {name: [] for name in merge_rows.TABLES}
    return {"status": joining.status.value, "raised": {}, **links}


def _record(
    actor: Actor, pair: tuple[Signal, UUID], before: dict[str, Any], likeness: dict[str, Any]
) -> SignalMerge:
    joining, under = pair
    return SignalMerge(
        workspace_id=actor.workspace_id,
        canonical_id=under,
        duplicate_id=joining.id,
        before=before,
        merged_by=actor.user_id,
        **likeness,
    )


def _raise(kept: Signal) -> dict[str, str]:
    """Make a signal `linked` that just got its first link; return whom and what it was before."""
    was = kept.status
    kept.status = status_after(was, linked=True)
    return {} if kept.status is was else {str(kept.id): was.value}


def _likeness(kept: Signal, joining: Signal) -> dict[str, Any]:
    if kept.text_hash == joining.text_hash:
        return _EXACT
    score = None
    if kept.embedding is not None and kept.embedding_model == joining.embedding_model:
        score = float(np.dot(kept.embedding, joining.embedding))
    texts = (joining.verbatim, kept.verbatim)
    words = matching_words(*texts, Rarity.of(map(bag_of, texts)))
    return {"kind": MergeKind.NEAR, "score": score, "words": words}


def _split(session: Session, actor: Actor, root: Signal, signal: Signal) -> None:
    family = merge_rows.standing(session, root.id)
    leaving = _subtree(family, signal.id)
    staying = [each for each in family if each not in leaving]
    linked: dict[UUID, bool] = {}
    for name in merge_rows.TABLES:
        moves = leave(
            merge_rows.links_of(session, name, root.id),
            [merge_rows.from_record(each, name) for each in leaving],
            [merge_rows.from_record(each, name) for each in staying],
        )
        merge_rows.drop_links(session, name, moves.taken)
        merge_rows.add_links(session, name, moves.shown, root)
        merge_rows.add_links(session, name, moves.restored, signal)
        if name == "projects":
            linked[signal.id] = bool(moves.restored)
            linked[root.id] = bool(merge_rows.links_of(session, name, root.id))
    own, *others = leaving
    own.undone_at, own.undone_by = utcnow(), actor.user_id
    before = SignalStatus(own.before["status"])
    signal.merged_into, signal.status = None, status_after(before, linked=linked[signal.id])
    merge_rows.point(session, [each.duplicate_id for each in others], signal.id)
    _lower(root, staying, leaving, linked=linked[root.id])
    if others and signal.status is SignalStatus.LINKED is not before:
        _remember(others[0], {str(signal.id): before.value})
    session.flush()


def _subtree(family: Sequence[SignalMerge], top: UUID) -> list[SignalMerge]:
    """Return the merge of `top` and, after it, those of all that were merged into it."""
    found = [each for each in family if each.duplicate_id == top]
    for each in found:
        found.extend(under for under in family if under.canonical_id == each.duplicate_id)
    return found


def _lower(
    root: Signal,
    staying: Sequence[SignalMerge],
    leaving: Sequence[SignalMerge],
    *,
    linked: bool,
) -> None:
    """Give those that were `linked` only through what leaves the status they had before."""
    gone = {str(each.duplicate_id) for each in leaving}
    raised = {at: was for each in leaving for at, was in each.before["raised"].items()}
    for at, was in raised.items():
        heirs = _under(staying, at)
        own = [each for each in staying if str(each.duplicate_id) == at]
        if at in gone:
            continue
        if heirs:
            _remember(heirs[0], {at: was})
        if own and not any(each.before["projects"] for each in [*own, *heirs]):
            own[0].before = {**own[0].before, "status": was}
    if linked or root.status is not SignalStatus.LINKED:
        return
    known = [each.before["raised"].get(str(root.id)) for each in [*leaving, *staying]]
    root.status = SignalStatus(next(filter(None, known), SignalStatus.REVIEWED))


def _under(family: Sequence[SignalMerge], top: str) -> list[SignalMerge]:
    """Return the merges of all that were merged into `top`, or into what was."""
    below = [each for each in family if str(each.canonical_id) == top]
    return list(chain.from_iterable(_subtree(family, each.duplicate_id) for each in below))


def _remember(merge: SignalMerge, raised: dict[str, str]) -> None:
    """Keep on a merge what status signals had before their first link came with a merge."""
    kept = {**raised, **merge.before["raised"]}
    merge.before = {**merge.before, "raised": kept}


def _announce(session: Session, actor: Actor) -> None:
    announce(session, actor.workspace_id)
    publish_on_commit(session, topics.board(actor.workspace_id))
