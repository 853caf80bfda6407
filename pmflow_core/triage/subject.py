"""What suggestions are about, as it is now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.signals import repository as signals
from pmflow_core.signals.schemas import SignalRead
from pmflow_core.suggestions.models import Suggestion
from pmflow_core.triage import repository
from pmflow_core.triage.schemas import ProjectTag, SuggestedTheme


@dataclass(frozen=True, slots=True)
class Subject:
    """The rows that a suggestion names; a `wants_…` is True where it names one.

    A signal in the bin counts as missing.
    """

    signal: SignalRead | None
    other: SignalRead | None
    project: ProjectTag | None
    theme: SuggestedTheme | None
    wants_signal: bool
    wants_other: bool
    wants_project: bool
    wants_theme: bool


def subjects_of(session: Session, found: Sequence[Suggestion]) -> list[Subject]:
    """Return what each suggestion is about, in four statements however many there are."""
    ids = {id_ for each in found for id_ in (each.signal_id, each.other_signal_id) if id_}
    rows = signals.read_many(session, repository.live_signals(session, ids))
    projects = repository.get_projects(session, _named(each.project_id for each in found))
    themes = repository.get_themes(session, list(_named(each.theme_id for each in found)))
    return [
        Subject(
            signal=rows.get(each.signal_id) if each.signal_id else None,
            other=rows.get(each.other_signal_id) if each.other_signal_id else None,
            project=projects.get(each.project_id) if each.project_id else None,
            theme=themes.get(each.theme_id) if each.theme_id else None,
            wants_signal=each.signal_id is not None,
            wants_other=each.other_signal_id is not None,
            wants_project=each.project_id is not None,
            wants_theme=each.theme_id is not None,
        )
        for each in found
    ]


def _named(ids: Iterable[UUID | None]) -> set[UUID]:
    return {id_ for id_ in ids if id_ is not None}
