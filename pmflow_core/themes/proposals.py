"""Reviewing what a re-clustering would change of themes that people know.

A proposal is one transaction under the workspace's theming lock: applied it moves exactly what was
shown, as far as that is still so; undone it puts back exactly what it moved. What people do by
hand (`by_hand`) is written the same way and undone by the same function.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict
from pmflow_core.signals.nudges import announce
from pmflow_core.themes import changes, corpus, repository, reviewing
from pmflow_core.themes.lineage import Origin, record, record_change
from pmflow_core.themes.models import (
    PlacedBy,
    ProposalStatus,
    ThemeEventKind,
    ThemeProposal,
    ThemeStatus,
)
from pmflow_core.themes.stored import Move, StoredPlan, StoredUndo
from pmflow_core.themes.vectors import MIN_THEME


class ProposalDecided(Conflict):
    """Somebody decided it, or a later clustering says otherwise."""

    code = "proposal_decided"


class ProposalOutdated(Conflict):
    """Nothing, or too little, of it is still so."""

    code = "proposal_outdated"


class ThemeBuiltOn(Conflict):
    """People have built on a theme that would end."""

    code = "theme_built_on"


def apply(session: Session, actor: Actor, proposal_id: UUID) -> int:
    """Do what a proposal says, as far as it still holds; return how many signals moved.

    A signal that a person has moved, archived or deleted since stays where it is.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such proposal.
        ProposalDecided: it no longer waits.
        ProposalOutdated: a theme of it ended or was locked, or too few signals still move.
        ThemeBuiltOn: people have shaped or built on the theme that would end.
    """
    row, plan = _taken(session, actor, proposal_id, ProposalStatus.PROPOSED)
    moves = _what_holds(session, plan)
    carry_out(session, actor, row, (plan, moves), PlacedBy.CLUSTERING)
    audit.record(session, actor, "theme_proposal.applied", str(row.id), {"moved": len(moves)})
    return len(moves)


def dismiss(session: Session, actor: Actor, proposal_id: UUID) -> None:
    """Leave the themes as they are; the same change is not proposed again.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such proposal.
        ProposalDecided: it no longer waits.
    """
    row, _ = _taken(session, actor, proposal_id, ProposalStatus.PROPOSED)
    _decide(session, actor, row, ProposalStatus.DISMISSED)
    audit.record(session, actor, "theme_proposal.dismissed", str(row.id))


def undo(session: Session, actor: Actor, proposal_id: UUID) -> int:
    """Take back a decision, or what a person did by hand; return how many signals went back.

    An applied change is undone exactly: every signal that still is where it was put goes back, an
    ended theme lives again, and a made one ends. A dismissed proposal waits again.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such proposal.
        ProposalDecided: it waits, was undone, or was superseded.
        ThemeBuiltOn: people have shaped or built on the theme that it made.
    """
    row, plan = _taken(session, actor, proposal_id, ProposalStatus.APPLIED, _DISMISSED)
    audit.record(session, actor, "theme_proposal.undone", str(row.id))
    if row.status is _DISMISSED:
        _decide(session, actor, row, ProposalStatus.PROPOSED)
        return 0
    kept = StoredUndo.model_validate(row.undo)
    if kept.made:
        _refuse_built_on(session, kept.made, kept.at)
    back = changes.take_back(session, actor.workspace_id, kept)
    _record_undo(session, Origin(actor, proposal_id=row.id), plan, (kept, back))
    _decide(session, actor, row, ProposalStatus.UNDONE)
    return len(back)


def carry_out(
    session: Session,
    actor: Actor,
    row: ThemeProposal,
    planned: tuple[StoredPlan, Sequence[Move]],
    placed_by: PlacedBy,
) -> None:
    """Do what a plan says with the moves of it that hold, and keep what undoes it."""
    plan, moves = planned
    every = [*moves, *changes.leftovers(session, plan, moves)]
    kept = changes.carry_out(session, actor.workspace_id, plan, every, placed_by)
    origin = Origin(actor, row.clustering_id, row.id)
    record_change(session, origin, plan, moves, plan.ends)
    if plan.made:
        row.theme_ids = [*row.theme_ids, plan.made.id]
    row.undo = kept.model_dump(mode="json")
    row.signals = len(moves)
    _decide(session, actor, row, ProposalStatus.APPLIED)


_DISMISSED = ProposalStatus.DISMISSED
_WORDS = {
    ProposalStatus.PROPOSED: "It waits for a decision.",
    ProposalStatus.APPLIED: "It has been applied already.",
    ProposalStatus.DISMISSED: "It has been dismissed already.",
    ProposalStatus.UNDONE: "It has been undone already.",
    ProposalStatus.SUPERSEDED: "A later clustering says otherwise. Look at what it proposes.",
}


def _taken(
    session: Session, actor: Actor, proposal_id: UUID, *wanted: ProposalStatus
) -> tuple[ThemeProposal, StoredPlan]:
    """Return a proposal of that status, with nobody else at the themes until the commit."""
    actor.require(Role.EDITOR)
    corpus.lock_for_writing(session, actor.workspace_id)
    row = reviewing.get_row(session, proposal_id, lock=True)
    if row.status not in wanted:
        raise ProposalDecided(_WORDS[row.status])
    return row, StoredPlan.model_validate(row.plan)


def _what_holds(session: Session, plan: StoredPlan) -> list[Move]:
    made = plan.made.id if plan.made else None
    themes = changes.lock_themes(session, sorted((plan.origins | plan.targets) - {made}))
    usable = {
        theme.id
        for theme in themes.values()
        if theme.status is ThemeStatus.ACTIVE and not theme.locked
    }
    if plan.ends and _is_built_on(session, plan.ends):
        raise ThemeBuiltOn("People have built on the theme since. It does not end by a proposal.")
    moves = [
        move
        for move in changes.still_true(session, plan.moves)
        if move.origin in usable and move.to in {None, made, *usable}
    ]
    if not moves or (made and len(moves) < MIN_THEME):
        raise ProposalOutdated("The themes have changed since. Dismiss it, or form them anew.")
    return moves


def _refuse_built_on(session: Session, made: UUID, at: datetime) -> None:
    theme = changes.lock_themes(session, [made])[made]
    renamed = theme.renamed_by is not None and theme.changed_at != at
    if theme.locked or renamed or repository.has_project(session, made):
        raise ThemeBuiltOn(f"“{theme.label}” has a name, a lock or a project by now, so it stays.")


def _is_built_on(session: Session, theme_id: UUID) -> bool:
    return theme_id in corpus.settled(session) or changes.has_by_person(session, theme_id)


def _decide(session: Session, actor: Actor, row: ThemeProposal, status: ProposalStatus) -> None:
    row.status = status
    row.decided_at, row.decided_by = utcnow(), actor.user_id
    session.flush()
    announce(session, actor.workspace_id)


def _record_undo(
    session: Session,
    origin: Origin,
    plan: StoredPlan,
    undone: tuple[StoredUndo, Sequence[Move]],
) -> None:
    kept, back = undone
    if kept.ended:
        came = [move.origin for move in back if move.to == kept.ended]
        others = sorted({theme for theme in came if theme})
        record(session, origin, kept.ended, ThemeEventKind.RESTORED, (others, len(came)))
    if kept.made:
        went = [move.to for move in back if move.origin == kept.made]
        others = sorted({theme for theme in went if theme})
        record(session, origin, kept.made, ThemeEventKind.RETIRED, (others, len(went)))
        for theme in sorted(plan.origins):
            record(session, origin, theme, ThemeEventKind.MERGED, ([kept.made], went.count(theme)))
