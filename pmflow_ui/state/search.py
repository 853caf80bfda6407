"""One box over the workspace, and the evidence for a question."""

from collections.abc import Sequence
from typing import Annotated, Literal

import reflex as rx
from pydantic import StringConstraints

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import shown_signals
from pmflow_core.events import topics
from pmflow_core.search import evidence, service
from pmflow_core.search.schemas import EvidenceQuery, SearchQuery
from pmflow_core.themes import overview
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call, call_between
from pmflow_ui.guard import event
from pmflow_ui.state.search_rows import (
    EVIDENCE,
    Group,
    Look,
    Name,
    QuoteRow,
    evidence_words,
    groups,
    parse,
    quotes,
)
from pmflow_ui.state.signals import Choice
from pmflow_ui.viewer import workspace_slug

Typed = Annotated[str, StringConstraints(max_length=2_000)]
Value = Annotated[str, StringConstraints(max_length=100)]


class SearchState(rx.State):
    """What is asked, and what answers it."""

    look: rx.Field[Look] = rx.field(default_factory=Look)
    groups: rx.Field[list[Group]] = rx.field(default_factory=list)
    quotes: rx.Field[list[QuoteRow]] = rx.field(default_factory=list)
    words: rx.Field[str] = rx.field("")
    corrected: rx.Field[str] = rx.field("")
    words_only: rx.Field[bool] = rx.field(False)
    themes: rx.Field[list[Choice]] = rx.field(default_factory=list)
    theme_name: rx.Field[str] = rx.field("")
    projects: rx.Field[list[Choice]] = rx.field(default_factory=list)
    project_name: rx.Field[str] = rx.field("")
    address: rx.Field[str] = rx.field("")
    loaded: rx.Field[int] = rx.field(0)
    ready: rx.Field[bool] = rx.field(False)
    _slug: str = ""

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Answer what the address asks."""
        actor = current_actor()
        self._slug = workspace_slug(self.router.url.path) or ""
        self.look = parse(self.router.url.query_parameters)
        self.loaded += 1
        watch.watch(self, [topics.signals(actor.workspace_id)], SearchState.refresh())
        found = await call(overview.list_labels, actor)
        self.themes = [Choice(str(theme.id), theme.label) for theme in found]
        choices = await call(shown_signals.project_choices, actor)
        self.projects = [Choice(str(each.id), f"{each.key} {each.name}") for each in choices]
        await self._answer(actor)

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again, for signals have changed."""
        await self._answer(current_actor())

    @event(allow=Role.VIEWER, debounce=200)
    async def type(self, text: Typed) -> None:
        """Answer what is being typed."""
        await self._go(self.look.with_one("q", text))

    @event(allow=Role.VIEWER)
    async def choose(self, name: Name, value: Value = "") -> None:
        """Narrow what is looked at, or stop doing so with an empty value."""
        await self._go(self.look.with_one(name, value))

    @event(allow=Role.VIEWER)
    async def press(self, key: Literal["v", "/"]) -> None:
        """Change between the list and the evidence."""
        if key == "v":
            await self._go(self.look.with_one("view", "" if self.look.view else EVIDENCE))

    async def _go(self, look: Look) -> None:
        self.look = look
        await self._answer(current_actor())

    async def _answer(self, actor: Actor) -> None:
        look = self.look
        self.address = look.address(self._slug)
        self.theme_name = _name(self.themes, look.theme)
        self.project_name = _name(self.projects, look.project)
        if look.view == EVIDENCE:
            await self._quote(actor, look)
        else:
            await self._list(actor, look)
        self.ready = True

    async def _list(self, actor: Actor, look: Look) -> None:
        query = SearchQuery(
            text=look.q,
            things=look.things,
            narrow=look.narrow,
            signals=look.signals,
            others=look.others,
        )
        found = await call_between(service.search, actor, query)
        self.groups, self.quotes, self.words = groups(found, self._slug, look), [], ""
        self.corrected = ", ".join(found.corrected)
        self.words_only = bool(look.q) and not found.meaning

    async def _quote(self, actor: Actor, look: Look) -> None:
        query = EvidenceQuery(question=look.q, narrow=look.narrow, limit=20)
        found = await call_between(evidence.find_evidence, actor, query)
        self.groups, self.quotes = [], quotes(found, self._slug)
        self.words, self.corrected = evidence_words(found), ""
        self.words_only = bool(look.q) and not found.meaning


def _name(choices: Sequence[Choice], value: str) -> str:
    return next((each.label for each in choices if each.value == value), "one that ended")
