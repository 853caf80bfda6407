"""One theme: its words, its weeks, and what people decide about it."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.events import topics
from pmflow_core.signals.schemas import SignalSort
from pmflow_core.themes import overview
from pmflow_core.themes import service as themes
from pmflow_core.themes.models import PlacedBy, ThemeEventKind
from pmflow_core.themes.schemas import ThemeDetail, ThemedQuery
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event
from pmflow_ui.state.signals_rows import theme_path
from pmflow_ui.state.theme_changes_rows import CitingRow, LineageRow, as_event
from pmflow_ui.state.themes_rows import Chart, ThemeRow, as_row, chart, rated_words
from pmflow_ui.toasts import say
from pmflow_ui.viewer import workspace_slug

NEWEST_SHOWN = 25
PLACED = {
    PlacedBy.CLUSTERING: "grouped",
    PlacedBy.PLACEMENT: "joined since",
    PlacedBy.PERSON: "put by hand",
}


class NewName(BaseModel):
    """What the form sends."""

    label: Annotated[str, StringConstraints(max_length=400)]


@dataclass(frozen=True)
class QuoteRow:
    """A signal of the theme, in its own words."""

    id: str
    number: int
    text: str
    href: str
    severity: str
    segment: str
    received: str


@dataclass(frozen=True)
class Share:
    """A part of a whole: its name, how many, and how many per cent."""

    name: str
    count: int
    percent: str
    width: str


class ThemeState(rx.State):
    """The theme of the address."""

    row: rx.Field[ThemeRow | None] = rx.field(None)
    size_words: rx.Field[str] = rx.field("")
    keywords: rx.Field[list[str]] = rx.field(default_factory=list)
    quotes: rx.Field[list[QuoteRow]] = rx.field(default_factory=list)
    newest: rx.Field[list[QuoteRow]] = rx.field(default_factory=list)
    chosen: rx.Field[list[str]] = rx.field(default_factory=list)
    severities: rx.Field[list[Share]] = rx.field(default_factory=list)
    severity_words: rx.Field[str] = rx.field("")
    segments: rx.Field[list[Share]] = rx.field(default_factory=list)
    weeks: rx.Field[Chart] = rx.field(default_factory=lambda: chart([{}]))
    formed_at: rx.Field[str] = rx.field("")
    formed_words: rx.Field[str] = rx.field("")
    placed_words: rx.Field[str] = rx.field("")
    named_by_person: rx.Field[bool] = rx.field(False)
    active: rx.Field[bool] = rx.field(True)
    lineage: rx.Field[list[LineageRow]] = rx.field(default_factory=list)
    went_to: rx.Field[list[CitingRow]] = rx.field(default_factory=list)
    ended_at: rx.Field[str] = rx.field("")
    confidence_words: rx.Field[str] = rx.field("")
    nearest: rx.Field[CitingRow | None] = rx.field(None)
    nearest_words: rx.Field[str] = rx.field("")
    renaming: rx.Field[bool] = rx.field(False)
    name_error: rx.Field[str] = rx.field("")
    _theme: UUID | None = None

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the theme of the address."""
        actor = current_actor()
        here = theme_of(self.router.url.path)
        if here != self._theme:
            self.chosen = []
        self.row, self.renaming, self._theme = None, False, here
        watch.watch(self, [topics.signals(actor.workspace_id)], ThemeState.refresh())
        await self._read(actor)

    @event(allow=Role.VIEWER, page=True)
    async def refresh(self) -> None:
        """Look again; a theme that has ended says so."""
        await self._read(current_actor())

    @event(allow=Role.EDITOR)
    async def choose(self, signal_id: UUID) -> None:
        """Choose a signal, or no longer."""
        given = str(signal_id)
        rest = [each for each in self.chosen if each != given]
        self.chosen = rest if len(rest) < len(self.chosen) else [*rest, given]

    @event(allow=Role.EDITOR)
    async def choose_none(self) -> None:
        """Choose nothing."""
        self.chosen = []

    @event(allow=Role.EDITOR)
    async def ask_name(self, is_open: bool) -> None:
        """Open or close the form for its name."""
        self.renaming, self.name_error = is_open, ""

    @event(allow=Role.EDITOR)
    async def rename(self, form: NewName) -> EventSpec | None:
        """Give it a person's name, which no clustering changes."""
        actor = current_actor()
        try:
            await call(themes.rename, actor, self._here(), form.label)
        except Invalid as error:
            self.name_error = str(error)
            return None
        self.renaming, self.name_error = False, ""
        await self._read(actor)
        return say("Renamed. The name stays when themes are formed anew.")

    @event(allow=Role.EDITOR)
    async def lock(self, locked: bool) -> EventSpec:
        """Keep its name and signals as they are, or let go."""
        actor = current_actor()
        await call(themes.lock, actor, self._here(), locked=locked)
        await self._read(actor)
        return say("Locked: its name and signals stay" if locked else "Unlocked")

    @event(allow=Role.EDITOR)
    async def make_project(self) -> EventSpec:
        """Make a project of it, with its signals as evidence, and go there."""
        project = await call(board.create_from_theme, current_actor(), self._here())
        return rx.redirect(f"/w/{workspace_slug(self.router.url.path)}/projects/{project.key}")

    def _here(self) -> UUID:
        if self._theme is None:
            raise NotFound("There is no such theme.")
        return self._theme

    async def _read(self, actor: Actor) -> None:
        slug = workspace_slug(self.router.url.path) or ""
        here = self._here()
        detail = await call(themes.get_theme, actor, here)
        self.weeks = chart(await call(overview.weekly_severities, actor, here))
        query = ThemedQuery(theme_id=here, sort=SignalSort.NEWEST, size=NEWEST_SHOWN)
        page = (await call(themes.list_signals, actor, query)).page
        self._describe(detail, slug)
        self.newest = [
            QuoteRow(
                str(row.id),
                row.number,
                row.text,
                f"/w/{slug}/signals?theme={here}&signal={row.number}",
                row.severity.value if row.severity else "",
                row.segment or "",
                row.received_at.isoformat(),
            )
            for row in page.items
        ]
        # What left the list, moved by somebody else perhaps, is no longer seen to be chosen.
        shown = {row.id for row in self.newest}
        self.chosen = [each for each in self.chosen if each in shown]

    def _describe(self, detail: ThemeDetail, slug: str) -> None:
        read = detail.read
        self.row = as_row(read, slug)
        self.size_words = counted(read.size, "signal")
        self.keywords = read.keywords[:8]
        self.named_by_person = read.is_renamed
        self._describe_past(detail, slug)
        self.quotes = [
            QuoteRow(
                "",
                quote.number,
                quote.text,
                f"/w/{slug}/signals?theme={read.id}&signal={quote.number}",
                "",
                "",
                "",
            )
            for quote in read.quotes
        ]
        known = {level.value: many for level, many in read.severities.items()}
        rated = sum(known.values())
        self.severities = _shares(known, rated)
        self.severity_words = rated_words(rated, read.size)
        self.segments = _shares(dict(read.segments), read.size)
        self.formed_at = detail.clustered_at.isoformat() if detail.clustered_at else ""
        self.formed_words = detail.clustering_version or ""
        if detail.granularity not in (None, 1.0):
            self.formed_words += f", {detail.granularity:g} times as fine"
        self.placed_words = ", ".join(
            f"{many:,} {PLACED[how]}" for how, many in detail.placed.items()
        )

    def _describe_past(self, detail: ThemeDetail, slug: str) -> None:
        read = detail.read
        self.active = detail.is_active
        self.lineage = [as_event(entry, slug) for entry in detail.lineage]
        end = next((each for each in detail.lineage if each.kind is ThemeEventKind.RETIRED), None)
        self.ended_at, self.went_to = "", []
        if not detail.is_active:
            self.ended_at = (end.at if end else read.changed_at).isoformat()
            others = end.others if end else []
            self.went_to = [CitingRow(tag.label, theme_path(slug, tag.id)) for tag in others]
        self.confidence_words = f"{read.confidence:.2f} of 1"
        self.nearest, self.nearest_words = None, ""
        if detail.nearest:
            tag, cosine = detail.nearest
            self.nearest = CitingRow(tag.label, theme_path(slug, tag.id))
            self.nearest_words = f"{cosine:.2f}"


def theme_of(path: str) -> UUID:
    """Return the theme that an address names; raises NotFound."""
    try:
        return UUID(path.rstrip("/").rsplit("/", 1)[-1])
    except ValueError as error:
        raise NotFound("There is no such theme.") from error


def _shares(counts: dict[str, int], whole: int) -> list[Share]:
    most = max([*counts.values(), 1])
    return [
        Share(
            name,
            count,
            f"{100 * count / whole:.0f}%" if whole else "",
            f"{100 * count / most:.0f}%",
        )
        for name, count in counts.items()
    ]
