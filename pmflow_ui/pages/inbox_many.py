"""What the suggestions of the inbox are, and settling many of them at once."""

import reflex as rx

from pmflow_core.suggestions.models import SuggestionKind
from pmflow_ui.components.button import button
from pmflow_ui.components.overlay import confirm
from pmflow_ui.state.inbox import InboxState
from pmflow_ui.state.inbox_many import InboxManyState
from pmflow_ui.state.session import SessionState

ANY = "pmflow suggests these. Nothing changes until somebody accepts."
ABOUT = (
    (
        SuggestionKind.MERGE_DUPLICATE,
        "Pairs of signals that seem to report the same. Merge keeps the older one, with the"
        " links, tags and personas of both. Keep both, and the pair is not suggested again.",
    ),
    (
        SuggestionKind.LINK_SIGNAL,
        "Signals that seem to belong to a project. Link makes one evidence of it. Dismiss, and that"
        " link is not suggested again.",
    ),
    (
        SuggestionKind.NEW_PROJECT,
        "Themes that are large enough for work of their own. Accept makes a project in the first"
        " stage, with the theme’s signals as evidence. Dismiss leaves the theme as it is.",
    ),
    (
        SuggestionKind.GENERATE_PRD,
        "Projects with enough evidence for a PRD. Accept moves one to PRD, if its gates allow, and"
        " starts the run that writes it. Dismiss leaves it where it is.",
    ),
    (
        SuggestionKind.ARCHIVE_SIGNAL,
        "Signals that were dealt with long ago. Archived, one leaves the lists and themes and stays"
        " evidence where it is linked. Dismiss keeps it listed.",
    ),
)
EFFECT = (
    "Of each pair the older signal stays, with the links, tags and personas of both; the other is"
    " found under “Merged into it”. A pair with a signal that another pair merges is left out. No"
    " words are lost: Undo takes all of it back, and Unmerge a single one later."
)


def about() -> rx.Component:
    """Return what the shown kind of suggestions is, with the way to settle all duplicates."""
    kind = InboxState.kind
    many = (InboxState.duplicates > 1) & (InboxState.view == "open") & SessionState.can_edit
    every = button(
        rx.Var.create(f"Merge all {InboxState.duplicates}…"), "", "sm", on_click=InboxManyState.ask
    )
    lead = button(
        rx.Var.create(f"Settle {InboxState.duplicates} duplicates at once"),
        "ghost",
        "sm",
        on_click=InboxState.narrow(SuggestionKind.MERGE_DUPLICATE),
    )
    act = rx.cond(kind == SuggestionKind.MERGE_DUPLICATE.value, every, rx.cond(kind == "", lead))
    text = rx.match(kind, *((each.value, words) for each, words in ABOUT), ANY)
    return rx.cond(
        InboxState.suggested & ((InboxState.view == "open") | (InboxState.view == "snoozed")),
        rx.el.div(
            rx.el.p(text, class_name="grow"),
            rx.cond(many, act),
            class_name="about t2 sm",
        ),
    )


def merge_all_dialog() -> rx.Component:
    """Return the question before all duplicates that wait are merged."""
    return confirm(
        InboxManyState.question,
        EFFECT,
        button("Merge them", "primary", on_click=InboxManyState.merge_all),
        InboxManyState.asking,
        InboxManyState.set_asking,
    )
