"""What the inbox shows, read at one moment for one person."""

from dataclasses import dataclass, replace
from typing import Literal

from pmflow_core.accounts.actor import Actor
from pmflow_core.activity import notifications, snoozes
from pmflow_core.activity.notifications import NotificationRead
from pmflow_core.activity.snoozes import Thing, ThingKind
from pmflow_core.board import shown_signals
from pmflow_core.board.shown_signals import ProjectChoice
from pmflow_core.db import Session
from pmflow_core.suggestions.models import SuggestionKind, SuggestionStatus
from pmflow_core.triage import inbox
from pmflow_core.triage import service as triage
from pmflow_core.triage.inbox import WaitingProject, WaitsFor
from pmflow_core.triage.schemas import (
    SuggestionPage,
    SuggestionQuery,
    SuggestionSort,
)
from pmflow_ui.state.inbox_rows import (
    MENTION,
    InboxRow,
    Opened,
    drawn_mention,
    drawn_suggestion,
    drawn_waiting,
)

View = Literal["open", "snoozed", "accepted", "dismissed"]
STATUSES = {
    "open": SuggestionStatus.PROPOSED,
    "snoozed": SuggestionStatus.PROPOSED,
    "accepted": SuggestionStatus.ACCEPTED,
    "dismissed": SuggestionStatus.DISMISSED,
}
# The groups of the list, in the order in which they stand.
GROUPS = ("approvals", "answers", "mentions", "suggested", "repairs")
GROUP_OF = {
    WaitsFor.APPROVAL: "approvals",
    WaitsFor.ANSWER: "answers",
    WaitsFor.REPAIR: "repairs",
}
NOTHING = SuggestionPage((), None)


@dataclass(frozen=True)
class Asked:
    """Which part of the inbox: its view, one kind or all, and how many suggestions at most."""

    view: View
    kind: str
    limit: int

    @property
    def is_waiting(self) -> bool:
        """Return whether the view shows what waits, now or later."""
        return self.view in ("open", "snoozed")


@dataclass(frozen=True)
class Found:
    """That part; `until` is until when things are put off, `back` what came back unopened."""

    page: SuggestionPage
    counts: dict[SuggestionKind, int]
    waiting: tuple[WaitingProject, ...]
    mentions: list[NotificationRead]
    mentioned: int
    until: dict[Thing, str]
    back: set[Thing]
    choices: list[ProjectChoice]
    snoozed: int

    def total(self, kind: str, view: View) -> int:
        """Return how many suggestions the view holds, those not shown as well."""
        if view not in ("open", "snoozed") or kind == MENTION:
            return len(self.page.items)
        return self.counts.get(SuggestionKind(kind), 0) if kind else sum(self.counts.values())


def read(session: Session, actor: Actor, asked: Asked) -> Found:
    """Return a part of the actor's inbox."""
    snoozed = asked.view == "snoozed"
    put_off = snoozes.list_snoozes(session, actor)
    mentions = (
        notifications.list_mentions(session, actor, snoozed=snoozed) if asked.is_waiting else []
    )
    return Found(
        snoozed=inbox.count_snoozed(session, actor),
        page=_suggestions(session, actor, asked),
        counts=triage.count_suggestions(session, actor, snoozed=snoozed),
        waiting=_projects(session, actor, asked),
        mentions=mentions if asked.kind in ("", MENTION) else [],
        mentioned=len(mentions),
        until={each.thing: each.until.isoformat() for each in put_off if not each.is_over},
        back={each.thing for each in put_off if each.is_over and not each.is_seen},
        choices=list(shown_signals.project_choices(session, actor)),
    )


@dataclass(frozen=True)
class Shown:
    """The same as the page draws it: rows by group, and by a row's id what is open beside it."""

    groups: dict[str, list[InboxRow]]
    opened: dict[str, Opened]
    things: dict[str, Thing]


def shown_of(found: Found, slug: str, asked: Asked) -> Shown:
    """Return what was read as it is drawn."""
    lines: list[tuple[str, Thing, InboxRow, Opened]] = [
        *(
            (
                GROUP_OF[each.waits_for],
                Thing(ThingKind.PROJECT, each.id),
                *drawn_waiting(each, slug),
            )
            for each in found.waiting
        ),
        *(
            ("mentions", Thing(ThingKind.MENTION, each.id), *drawn_mention(each, slug))
            for each in found.mentions
        ),
        *(
            ("suggested", Thing(ThingKind.SUGGESTION, each.id), *drawn_suggestion(each, slug))
            for each in found.page.items
        ),
    ]
    shown = Shown({name: [] for name in GROUPS}, {}, {})
    for group, thing, row, open_ in lines:
        until = found.until.get(thing, "") if asked.view == "snoozed" else ""
        back = asked.view == "open" and thing in found.back
        shown.groups[group].append(replace(row, until=until, back=back))
        shown.opened[row.id] = replace(open_, until=until)
        shown.things[row.id] = thing
    return shown


def _suggestions(session: Session, actor: Actor, asked: Asked) -> SuggestionPage:
    if asked.kind == MENTION:
        return NOTHING
    query = SuggestionQuery(
        kind=SuggestionKind(asked.kind) if asked.kind else None,
        status=STATUSES[asked.view],
        sort=SuggestionSort.CONFIDENCE if asked.is_waiting else SuggestionSort.NEWEST,
        limit=asked.limit,
        snoozed=asked.view == "snoozed" if asked.is_waiting else None,
    )
    return triage.list_suggestions(session, actor, query)


def _projects(session: Session, actor: Actor, asked: Asked) -> tuple[WaitingProject, ...]:
    if not asked.is_waiting or asked.kind:
        return ()
    wanted = asked.view == "snoozed"
    found = inbox.read_waiting(session, actor)
    return tuple(each for each in found if (each.snoozed_until is not None) == wanted)
