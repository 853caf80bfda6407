"""What a suggestion says: its title, what accepting it does, and why it cannot be any more."""

from collections.abc import Callable, Mapping

from pmflow_core.signals.models import SignalStatus
from pmflow_core.signals.schemas import SignalRead
from pmflow_core.suggestions.models import SuggestionKind
from pmflow_core.triage.schemas import ProjectTag, SuggestedTheme
from pmflow_core.triage.subject import Subject


def title(kind: SuggestionKind, subject: Subject) -> str:
    """Return the action in a few words."""
    return _TITLES[kind](subject)


def effects(kind: SuggestionKind, subject: Subject) -> tuple[str, ...]:
    """Return what accepting does, a sentence each."""
    return _EFFECTS[kind](subject)


def gone(kind: SuggestionKind, subject: Subject) -> str | None:
    """Return why the action makes no sense any more, None while it does."""
    for signal, wanted in (
        (subject.signal, subject.wants_signal),
        (subject.other, subject.wants_other),
    ):
        why = _signal_gone(signal) if wanted else None
        if why:
            return why
    if subject.wants_project and (subject.project is None or not subject.project.is_open):
        return f"{_project(subject.project)} is closed or deleted."
    return _theme_gone(kind, subject.theme) if subject.wants_theme else None


def _signal_gone(signal: SignalRead | None) -> str | None:
    if signal is None:
        return "A signal of it is in the bin."
    if signal.status is SignalStatus.MERGED:
        return f"{signal.name} was merged into another signal."
    return None


def _theme_gone(kind: SuggestionKind, theme: SuggestedTheme | None) -> str | None:
    if theme is None or not theme.is_active:
        return "The theme has ended."
    if kind is SuggestionKind.NEW_PROJECT and theme.project:
        return f"The theme has the project {theme.project} already."
    return None


def _signal(signal: SignalRead | None) -> str:
    return signal.name if signal else "A signal"


def _project(project: ProjectTag | None) -> str:
    return project.key if project else "The project"


def _theme(theme: SuggestedTheme | None) -> str:
    return f"“{theme.label}”" if theme else "a theme"


def _link_effects(subject: Subject) -> tuple[str, ...]:
    name = f" {subject.project.name}" if subject.project else ""
    return (
        f"{_signal(subject.signal)} becomes evidence of {_project(subject.project)}{name}",
        "Its next document may cite it",
    )


def _merge_effects(subject: Subject) -> tuple[str, ...]:
    first, second = _signal(subject.signal), _signal(subject.other)
    return (
        f"Of {first} and {second} the older stays; links and personas of the other move to it",
        "Unmerge restores both exactly",
    )


def _new_effects(subject: Subject) -> tuple[str, ...]:
    if subject.theme is None:
        return ("A project is created in the first stage, with the signal as evidence",)
    count = subject.theme.size
    signals = "its one signal" if count == 1 else f"its {count} signals"
    return (
        "A project is created in the first stage",
        f"The theme {_theme(subject.theme)} belongs to it, with {signals} as evidence",
    )


def _prd_effects(subject: Subject) -> tuple[str, ...]:
    return (
        f"{_project(subject.project)} moves to PRD, if the gates of its stage allow",
        "A run starts there and writes the PRD",
    )


def _archive_effects(subject: Subject) -> tuple[str, ...]:
    return (
        f"{_signal(subject.signal)} leaves the lists and themes",
        "It stays evidence where it is linked",
    )


def _new_title(subject: Subject) -> str:
    about = _theme(subject.theme) if subject.theme else _signal(subject.signal)
    return f"New project from {about}"


_TITLES: Mapping[SuggestionKind, Callable[[Subject], str]] = {
    SuggestionKind.LINK_SIGNAL: lambda of: f"Link {_signal(of.signal)} to {_project(of.project)}",
    SuggestionKind.MERGE_DUPLICATE: lambda of: (
        f"Merge {_signal(of.signal)} and {_signal(of.other)}"
    ),
    SuggestionKind.NEW_PROJECT: _new_title,
    SuggestionKind.GENERATE_PRD: lambda of: f"Write the PRD of {_project(of.project)}",
    SuggestionKind.ARCHIVE_SIGNAL: lambda of: f"Archive {_signal(of.signal)}",
}
_EFFECTS: Mapping[SuggestionKind, Callable[[Subject], tuple[str, ...]]] = {
    SuggestionKind.LINK_SIGNAL: _link_effects,
    SuggestionKind.MERGE_DUPLICATE: _merge_effects,
    SuggestionKind.NEW_PROJECT: _new_effects,
    SuggestionKind.GENERATE_PRD: _prd_effects,
    SuggestionKind.ARCHIVE_SIGNAL: _archive_effects,
}
