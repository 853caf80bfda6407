"""What people do to themes themselves: move signals, take them out, merge two, split one.

Each is written down as a change that was applied at once, so `proposals.undo` takes it back. What
a person placed is never moved again but by a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.ids import uuid7
from pmflow_core.signals import repository as signals
from pmflow_core.signals.models import Signal
from pmflow_core.themes import changes, corpus, repository, reviewing
from pmflow_core.themes.models import PlacedBy, ProposalKind, Theme, ThemeProposal
from pmflow_core.themes.names import theme_name
from pmflow_core.themes.proposals import ThemeBuiltOn, carry_out
from pmflow_core.themes.stored import Move, NewTheme, StoredPlan

MOST_AT_ONCE = 1_000


class NothingToMove(Invalid):
    """No signal, or too many at once, or none that is elsewhere."""

    code = "nothing_to_move"


class ThemeLocked(Conflict):
    """A locked theme keeps its signals."""

    code = "theme_locked"


class SameTheme(Invalid):
    """A theme cannot be merged with itself."""

    code = "same_theme"


@dataclass(frozen=True, slots=True)
class Done:
    """A change made by hand: what to undo it with, the theme it led to, and how many moved."""

    change_id: UUID
    theme_id: UUID | None
    moved: int


def move(session: Session, actor: Actor, signal_ids: Sequence[UUID], to: UUID | None) -> Done:
    """Put signals into a theme, or with None out of any; no clustering moves them again.

    A signal taken out counts as no matter of work from then on, like praise; one put into a theme
    counts as one.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: one of the signals, or the theme, is not there.
        NothingToMove: none of them is elsewhere, or there are more than 1,000.
        ThemeLocked: a theme it takes from or gives to is locked.
    """
    found = _begin(session, actor, signal_ids)
    if to is not None:
        repository.get_theme(session, to, lock=True)
    plan = StoredPlan(moves=_moves(session, [signal.id for signal in found], to))
    return _do(session, actor, ProposalKind.MOVE, plan, to)


def split(session: Session, actor: Actor, signal_ids: Sequence[UUID], label: str) -> Done:
    """Make a new theme of signals under a person's name; it may be of one signal.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: one of the signals is not there.
        NothingToMove: there is none, or there are more than 1,000.
        BadThemeName: the name is empty or longer than 120 characters.
        ThemeLocked: a theme it takes from is locked.
    """
    name = theme_name(label)
    found = _begin(session, actor, signal_ids)
    made = uuid7()
    plan = StoredPlan(
        moves=_moves(session, [signal.id for signal in found], made),
        made=NewTheme(id=made, label=name),
    )
    return _do(session, actor, ProposalKind.SPLIT, plan, made)


def merge(session: Session, actor: Actor, theme_id: UUID, into: UUID) -> Done:
    """Put all signals of a theme into another; the first ends and says where they went.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: one of the themes is not there.
        SameTheme: they are one.
        ThemeLocked: one of them is locked.
        ThemeBuiltOn: the theme that would end has a project.
    """
    actor.require(Role.EDITOR)
    if theme_id == into:
        raise SameTheme("Choose another theme to merge it into.")
    corpus.lock_for_writing(session, actor.workspace_id)
    for theme in sorted((theme_id, into)):
        repository.get_theme(session, theme, lock=True)
    if repository.has_project(session, theme_id):
        raise ThemeBuiltOn("It has a project. Merge the other theme into it instead.")
    members = session.scalars(repository.members(theme_id)).all()
    plan = StoredPlan(moves=_moves(session, sorted(members), into), ends=theme_id)
    return _do(session, actor, ProposalKind.MERGE, plan, into)


def _begin(session: Session, actor: Actor, signal_ids: Sequence[UUID]) -> list[Signal]:
    actor.require(Role.EDITOR)
    if not 0 < len(signal_ids) <= MOST_AT_ONCE:
        raise NothingToMove(f"Choose 1 to {MOST_AT_ONCE:,} signals.")
    corpus.lock_for_writing(session, actor.workspace_id)
    return signals.lock_signals(session, signal_ids)


def _moves(session: Session, signal_ids: Sequence[UUID], to: UUID | None) -> list[Move]:
    places = changes.places_of(session, signal_ids)
    origins = {
        signal: places[signal].theme_id if signal in places else None for signal in signal_ids
    }
    return [Move(signal=signal, origin=origins[signal], to=to) for signal in signal_ids]


def _do(
    session: Session, actor: Actor, kind: ProposalKind, plan: StoredPlan, to: UUID | None
) -> Done:
    """Write the change down as applied, and do it; a theme it makes has the person's name."""
    moving = [each for each in plan.moves if each.origin != each.to or each.to is None]
    if not moving and plan.ends is None:
        raise NothingToMove("They are in that theme already.")
    themes = _lock_free(session, plan)
    signal_ids = [each.signal for each in moving]
    row = _row(session, actor, (kind, plan, themes), signal_ids)
    before = changes.sort_out(session, signal_ids, themable=to is not None)
    carry_out(session, actor, row, (plan, moving), PlacedBy.PERSON)
    if plan.made:
        made = session.get_one(Theme, plan.made.id)
        made.renamed_by = actor.user_id or actor.workspace_id
    row.undo = {**row.undo, "sorted": [each.model_dump(mode="json") for each in before]}
    session.flush()
    detail = {"kind": kind.value, "moved": len(moving), "to": str(to) if to else None}
    audit.record(session, actor, "theme.changed_by_hand", str(row.id), detail)
    return Done(row.id, to, len(moving))


def _lock_free(session: Session, plan: StoredPlan) -> list[UUID]:
    """Return the themes that the plan touches, locked for writing; raises ThemeLocked."""
    touched = plan.origins | plan.targets | ({plan.ends} if plan.ends else set())
    themes = changes.lock_themes(session, sorted(touched))
    for theme in themes.values():
        if theme.locked:
            raise ThemeLocked(f"“{theme.label}” is locked. Unlock it first.")
    return list(themes)


def _row(
    session: Session,
    actor: Actor,
    what: tuple[ProposalKind, StoredPlan, Sequence[UUID]],
    moving: Sequence[UUID],
) -> ThemeProposal:
    kind, plan, themes = what
    row = ThemeProposal(
        workspace_id=actor.workspace_id,
        kind=kind,
        key=f"hand:{uuid7()}",
        theme_ids=list(themes),
        plan=plan.model_dump(mode="json"),
        signals=len(moving),
        documents=len(reviewing.citing_documents(session, moving)),
    )
    session.add(row)
    session.flush()
    return row
