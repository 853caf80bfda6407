"""Deciding on suggestions: each in one transaction with everything that it does.

The suggestion is locked before anything else, so whoever comes second sees what the first decided.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid, PmflowError
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.signals.nudges import announce
from pmflow_core.suggestions import repository as rows
from pmflow_core.suggestions.models import Suggestion, SuggestionKind, SuggestionStatus
from pmflow_core.suggestions.service import LIFE
from pmflow_core.triage import repository, wording
from pmflow_core.triage.schemas import (
    AS_PROPOSED,
    MOST_AT_ONCE,
    BulkDecided,
    Change,
    Decided,
    Refusal,
    SuggestionPage,
    SuggestionQuery,
    SuggestionRead,
)
from pmflow_core.triage.subject import Subject, subjects_of
from pmflow_core.triage.verbs import VERBS, Done

PROPOSED, ACCEPTED = SuggestionStatus.PROPOSED, SuggestionStatus.ACCEPTED
DISMISSED, EXPIRED = SuggestionStatus.DISMISSED, SuggestionStatus.EXPIRED


class SuggestionIsDecided(Conflict):
    """Somebody decided otherwise before; the text says what."""

    code = "suggestion_is_decided"


class NothingToUndo(Conflict):
    """What the suggestion did cannot be taken back from here, or was not done."""

    code = "suggestion_not_undoable"


class TooManySuggestions(Invalid):
    """More suggestions were named at once than are decided at once."""

    code = "too_many_suggestions"


def list_suggestions(session: Session, actor: Actor, query: SuggestionQuery) -> SuggestionPage:
    """Return suggestions with what they are about and what accepting would do.

    Raises:
        BadSuggestionCursor: the cursor is none of this list.
    """
    actor.require(Role.VIEWER)
    found = repository.find_page(session, query, actor.user_id)
    shown = found[: query.limit]
    items = tuple(map(_read, shown, subjects_of(session, shown)))
    more = len(found) > query.limit
    return SuggestionPage(items, repository.cursor_of(shown[-1], query.sort) if more else None)


def count_suggestions(
    session: Session, actor: Actor, *, snoozed: bool | None = None
) -> dict[SuggestionKind, int]:
    """Return how many of each kind wait for a decision; `snoozed` as in `SuggestionQuery`."""
    actor.require(Role.VIEWER)
    return repository.counts(session, actor.user_id, snoozed=snoozed)


def accept(
    session: Session, actor: Actor, suggestion_id: UUID, change: Change = AS_PROPOSED
) -> Decided:
    """Do what is suggested, or what `change` makes of it; a second time nothing more is done.

    When what it is about is gone, nothing is done and it expires; `outcome` says why.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such suggestion, or not what the change names.
        SuggestionIsDecided: it was dismissed or has expired; restore it first.
        MoveRefused, RunAlreadyOpen and others: what the action itself refuses.
    """
    actor.require(Role.EDITOR)
    suggestion = rows.lock_suggestion(session, suggestion_id)
    if suggestion.status is ACCEPTED:
        return _decided(suggestion, is_new=False)
    if suggestion.status is not PROPOSED:
        raise SuggestionIsDecided(f"It is {suggestion.status.value}; restore it first.")
    [subject] = subjects_of(session, [suggestion])
    why = wording.gone(suggestion.kind, subject)
    if why is not None:
        return _end(session, actor, suggestion, EXPIRED, Done(why))
    done = VERBS[suggestion.kind].accept(session, actor, suggestion, subject, change)
    changed = change.differs(suggestion.project_id, suggestion.other_signal_id)
    return _end(session, actor, suggestion, ACCEPTED, done, changed=changed)


def dismiss(session: Session, actor: Actor, suggestion_id: UUID) -> Decided:
    """Put a suggestion aside; the same is not suggested again until it is restored.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such suggestion.
        SuggestionIsDecided: it was accepted or has expired.
    """
    actor.require(Role.EDITOR)
    suggestion = rows.lock_suggestion(session, suggestion_id)
    if suggestion.status is DISMISSED:
        return _decided(suggestion, is_new=False)
    if suggestion.status is not PROPOSED:
        raise SuggestionIsDecided(f"It is {suggestion.status.value} already.")
    [subject] = subjects_of(session, [suggestion])
    said = f"Dismissed: {wording.title(suggestion.kind, subject)}"
    return _end(session, actor, suggestion, DISMISSED, Done(said))


def restore(session: Session, actor: Actor, suggestion_id: UUID) -> Decided:
    """Propose a dismissed or expired suggestion again, for another 30 days.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such suggestion.
        SuggestionIsDecided: it was accepted, or the same is suggested by another one.
    """
    actor.require(Role.EDITOR)
    suggestion = rows.lock_suggestion(session, suggestion_id)
    if suggestion.status is PROPOSED:
        return _decided(suggestion, is_new=False)
    if suggestion.status is ACCEPTED:
        raise SuggestionIsDecided("It was accepted; undo that instead.")
    if repository.has_standing_twin(session, suggestion):
        raise SuggestionIsDecided("The same was suggested again since; decide on that one.")
    return _reopen(session, actor, suggestion, "suggestion.restored")


def undo(session: Session, actor: Actor, suggestion_id: UUID) -> Decided:
    """Take back what accepting did, and propose it again; a dismissed one is restored.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such suggestion.
        NothingToUndo: it was not accepted, or its action has no way back.
    """
    actor.require(Role.EDITOR)
    suggestion = rows.lock_suggestion(session, suggestion_id)
    if suggestion.status is DISMISSED:
        return restore(session, actor, suggestion_id)
    take_back = VERBS[suggestion.kind].take_back if suggestion.kind in VERBS else None
    way = suggestion.result.get("undo")
    if suggestion.status is not ACCEPTED or take_back is None or way is None:
        raise NothingToUndo("What this did is not taken back here; change it where it was done.")
    take_back(session, actor, way)
    if repository.has_standing_twin(session, suggestion):
        return _end(session, actor, suggestion, EXPIRED, Done("The same was suggested again."))
    return _reopen(session, actor, suggestion, "suggestion.undone")


def decide_many(
    session: Session, actor: Actor, ids: Sequence[UUID], status: SuggestionStatus
) -> BulkDecided:
    """Accept or dismiss up to 200 suggestions; one that is refused keeps no other from it.

    Raises:
        PermissionDenied: the actor is not an editor.
        TooManySuggestions: more than 200.
    """
    return _each(session, actor, ids, accept if status is ACCEPTED else dismiss)


def undo_many(session: Session, actor: Actor, ids: Sequence[UUID]) -> BulkDecided:
    """Propose up to 200 suggestions again, and take back what accepting them did.

    Those that `decide_many` let expire are among them. What cannot be taken back is refused and
    keeps no other from it.

    Raises:
        PermissionDenied: the actor is not an editor.
        TooManySuggestions: more than 200.
    """
    return _each(session, actor, ids, _propose_again)


def _propose_again(session: Session, actor: Actor, suggestion_id: UUID) -> Decided:
    expired = rows.lock_suggestion(session, suggestion_id).status is EXPIRED
    return (restore if expired else undo)(session, actor, suggestion_id)


def _each(
    session: Session,
    actor: Actor,
    ids: Sequence[UUID],
    verb: Callable[[Session, Actor, UUID], Decided],
) -> BulkDecided:
    actor.require(Role.EDITOR)
    if len(ids) > MOST_AT_ONCE:
        raise TooManySuggestions(f"At most {MOST_AT_ONCE} suggestions are decided at once.")
    done = BulkDecided()
    # In one order, so that two who decide on the same ones wait for each other.
    for suggestion_id in sorted(set(ids)):
        try:
            with session.begin_nested():
                done.decided.append(verb(session, actor, suggestion_id))
        except PmflowError as error:
            done.refused.append(Refusal(suggestion_id, error.code, str(error)))
    return done


def _end(
    session: Session,
    actor: Actor,
    suggestion: Suggestion,
    status: SuggestionStatus,
    done: Done,
    *,
    changed: bool = False,
) -> Decided:
    suggestion.status = status
    suggestion.decided_at = utcnow()
    suggestion.decided_by, suggestion.decided_name = actor.user_id, actor.name
    suggestion.result = {
        "said": done.said,
        "changed": changed,
        **done.refs,
        **({"undo": done.undo} if done.undo else {}),
    }
    session.flush()
    _note(session, actor, suggestion, f"suggestion.{status.value}")
    return _decided(suggestion)


def _reopen(session: Session, actor: Actor, suggestion: Suggestion, action: str) -> Decided:
    suggestion.status = PROPOSED
    suggestion.decided_at = suggestion.decided_by = suggestion.decided_name = None
    suggestion.expires_at = utcnow() + LIFE
    suggestion.result = {}
    session.flush()
    _note(session, actor, suggestion, action)
    return _decided(suggestion)


def _note(session: Session, actor: Actor, suggestion: Suggestion, action: str) -> None:
    detail = {"kind": suggestion.kind.value, "said": suggestion.result.get("said", "")}
    audit.record(session, actor, action, str(suggestion.id), detail)
    announce(session, actor.workspace_id)
    publish_on_commit(session, topics.board(actor.workspace_id))


def _decided(suggestion: Suggestion, *, is_new: bool = True) -> Decided:
    result = suggestion.result
    run = result.get("run")
    return Decided(
        id=suggestion.id,
        status=suggestion.status,
        outcome=result.get("said", ""),
        can_undo=suggestion.status is DISMISSED or "undo" in result,
        is_new=is_new,
        project_key=result.get("project"),
        run_id=UUID(run) if run else None,
    )


def _read(suggestion: Suggestion, subject: Subject) -> SuggestionRead:
    return SuggestionRead(
        id=suggestion.id,
        kind=suggestion.kind,
        status=suggestion.status,
        title=wording.title(suggestion.kind, subject),
        reason=suggestion.reason,
        confidence=suggestion.confidence,
        effects=wording.effects(suggestion.kind, subject),
        detail=dict(suggestion.detail),
        proposed_at=suggestion.created_at,
        expires_at=suggestion.expires_at,
        signal=subject.signal,
        other=subject.other,
        project=subject.project,
        theme=subject.theme,
        decided_at=suggestion.decided_at,
        decided_by=suggestion.decided_name,
        outcome=suggestion.result.get("said", ""),
    )
