"""What accepting a suggestion of each kind does, and what takes it back where that can be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.errors import Invalid
from pmflow_core.signals import bulk, links, merging
from pmflow_core.signals.schemas import Undo
from pmflow_core.suggestions.models import Suggestion, SuggestionKind
from pmflow_core.triage.schemas import Change
from pmflow_core.triage.subject import Subject

CHOSEN = "chosen by a person instead of what was suggested"
PRD = "prd"


class IncompleteSuggestion(Invalid):
    """The suggestion does not name what its kind is about."""

    code = "suggestion_incomplete"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: a sentence, what takes it back (None: nothing does), and what to link to."""

    said: str
    undo: dict[str, Any] | None = None
    refs: dict[str, str] = field(default_factory=dict[str, str])


Accept = Callable[[Session, Actor, Suggestion, Subject, Change], Done]
TakeBack = Callable[[Session, Actor, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Verb:
    """How a kind of suggestion is carried out, and taken back."""

    accept: Accept
    take_back: TakeBack | None = None


def _link(
    session: Session, actor: Actor, suggestion: Suggestion, subject: Subject, change: Change
) -> Done:
    project_id = _named(change.project_id or suggestion.project_id)
    as_proposed = project_id == suggestion.project_id
    done = links.link_to_project(
        session,
        actor,
        [_named(suggestion.signal_id)],
        project_id,
        reason=suggestion.reason if as_proposed else CHOSEN,
        confidence=suggestion.confidence if as_proposed else None,
    )
    key = board.project_key(session, actor, project_id)
    name = subject.signal.name if subject.signal else "The signal"
    undo = done.model_dump(mode="json") if done.statuses else None
    how = "Linked" if done.statuses else "Was linked already:"
    return Done(f"{how} {name} to {key}", undo, {"project": key})


def _archive(
    session: Session, actor: Actor, suggestion: Suggestion, subject: Subject, change: Change
) -> Done:
    del change
    done = bulk.archive(session, actor, [_named(suggestion.signal_id)])
    name = subject.signal.name if subject.signal else "the signal"
    return Done(f"Archived {name}", done.model_dump(mode="json"))


def _take_back_bulk(session: Session, actor: Actor, undo: dict[str, Any]) -> None:
    bulk.undo(session, actor, Undo.model_validate(undo))


def _new_project(
    session: Session, actor: Actor, suggestion: Suggestion, subject: Subject, change: Change
) -> Done:
    name = change.name or suggestion.detail.get("name") or None
    if suggestion.theme_id is not None:
        project = board.create_from_theme(session, actor, suggestion.theme_id, name=name)
    else:
        signal_id = _named(suggestion.signal_id)
        text = subject.signal.text if subject.signal else ""
        project = board.create_project(session, actor, name or " ".join(text.split())[:120])
        links.link_to_project(session, actor, [signal_id], project.id, reason=suggestion.reason)
    return Done(f"Created {project.key} {project.name}", refs={"project": project.key})


def _generate_prd(
    session: Session, actor: Actor, suggestion: Suggestion, subject: Subject, change: Change
) -> Done:
    del change
    run = board.start_run(session, actor, _named(suggestion.project_id), PRD)
    key = subject.project.key if subject.project else "the project"
    said = f"Run {run.number} writes the PRD of {key}"
    return Done(said, refs={"project": key, "run": str(run.id)})


def _merge(
    session: Session, actor: Actor, suggestion: Suggestion, subject: Subject, change: Change
) -> Done:
    del subject
    other = _named(change.other_signal_id or suggestion.other_signal_id)
    done = merging.merge(session, actor, [_named(suggestion.signal_id), other])
    names = links.names_of(session, actor, done.merged)
    undo = {"signals": [str(each) for each in done.merged]} if done.merged else None
    return Done(f"Merged {', '.join(names) or 'nothing new'} into S-{done.kept_number}", undo)


def _unmerge(session: Session, actor: Actor, undo: dict[str, Any]) -> None:
    for signal_id in undo["signals"]:
        merging.unmerge(session, actor, UUID(signal_id))


def _named(id_: UUID | None) -> UUID:
    if id_ is None:
        raise IncompleteSuggestion("This suggestion does not say what it is about; dismiss it.")
    return id_


VERBS: Mapping[SuggestionKind, Verb] = {
    SuggestionKind.LINK_SIGNAL: Verb(_link, _take_back_bulk),
    SuggestionKind.NEW_PROJECT: Verb(_new_project),
    SuggestionKind.MERGE_DUPLICATE: Verb(_merge, _unmerge),
    SuggestionKind.GENERATE_PRD: Verb(_generate_prd),
    SuggestionKind.ARCHIVE_SIGNAL: Verb(_archive, _take_back_bulk),
}
