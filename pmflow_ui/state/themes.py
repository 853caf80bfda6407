"""The ranked list of themes, what is in none, and forming themes anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.events import topics
from pmflow_core.signals.schemas import MAX_PAGE
from pmflow_core.themes import granularity as fineness
from pmflow_core.themes import overview
from pmflow_core.themes import service as themes
from pmflow_core.themes.overview import ThemesOverview
from pmflow_core.themes.schemas import ThemedQuery, ThemeRead
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.state.themes_rows import ThemeRow, as_row
from pmflow_ui.toasts import say
from pmflow_ui.viewer import workspace_slug

Sort = Literal["size", "customers", "value", "strength", "trend"]
View = Literal["", "unthemed", "praise"]
SORTS, VIEWS = get_args(Sort), get_args(View)
APART_SIZE = 50


@dataclass(frozen=True)
class ApartRow:
    """A signal that is in no theme."""

    number: int
    text: str
    href: str
    severity: str
    received: str


class ThemesState(rx.State):
    """The themes, ranked, what is in none of them, and how they came about."""

    rows: rx.Field[list[ThemeRow]] = rx.field(default_factory=list)
    count_words: rx.Field[str] = rx.field("")
    missing: rx.Field[int] = rx.field(0)
    needed: rx.Field[int] = rx.field(0)
    themable: rx.Field[int] = rx.field(0)
    formed_at: rx.Field[str] = rx.field("")
    formed_words: rx.Field[str] = rx.field("")
    rebuilding: rx.Field[bool] = rx.field(False)
    ready: rx.Field[bool] = rx.field(False)
    sort: rx.Field[str] = rx.field("size")
    view: rx.Field[str] = rx.field("")
    unthemed: rx.Field[int] = rx.field(0)
    praise: rx.Field[int] = rx.field(0)
    apart: rx.Field[list[ApartRow]] = rx.field(default_factory=list)
    apart_more: rx.Field[bool] = rx.field(False)
    fineness: rx.Field[str] = rx.field("")
    base: rx.Field[str] = rx.field("")
    _apart_shown: int = APART_SIZE
    _last: UUID | None = None

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the themes."""
        actor = current_actor()
        watch.watch(self, [topics.signals(actor.workspace_id)], ThemesState.refresh())
        given = self.router.url.query_parameters
        self.rebuilding, self._apart_shown = False, APART_SIZE
        self.sort = _one_of(given.get("sort"), SORTS, "size")
        self.view = _one_of(given.get("view"), VIEWS, "")
        await self._read(actor)

    @event(allow=Role.VIEWER)
    async def sort_by(self, sort: Sort) -> EventSpec:
        """Rank the themes by a figure; the address says by which."""
        return rx.redirect(f"{self.base}?sort={sort}", replace=True)

    @event(allow=Role.VIEWER)
    async def show_more(self) -> None:
        """Show the next fifty signals that are in no theme."""
        self._apart_shown += APART_SIZE
        await self._read(current_actor())

    @event(allow=Role.EDITOR)
    async def set_fineness(self, granularity: float) -> EventSpec:
        """Want finer or coarser themes, and form them anew."""
        actor = current_actor()
        await call(fineness.set_granularity, actor, granularity)
        await call(overview.request_rebuild, actor)
        self.rebuilding = True
        await self._read(actor)
        return say("Forming themes anew. What would change those you know is shown for review.")

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again."""
        await self._read(current_actor())

    @event(allow=Role.EDITOR)
    async def rebuild(self) -> None:
        """Ask a worker to form the themes anew; the list changes when it has."""
        await call(overview.request_rebuild, current_actor())
        self.rebuilding = True

    @event(allow=Role.EDITOR)
    async def make_project(self, theme_id: UUID) -> EventSpec:
        """Make a project of a theme, with its signals as evidence, and go there."""
        project = await call(board.create_from_theme, current_actor(), theme_id)
        return rx.redirect(f"/w/{workspace_slug(self.router.url.path)}/projects/{project.key}")

    async def _read(self, actor: Actor) -> None:
        slug = workspace_slug(self.router.url.path) or ""
        found = await call(themes.list_themes, actor)
        about = await call(overview.read_overview, actor)
        self.base = f"/w/{slug}/themes"
        self.rows = [as_row(theme, slug) for theme in sorted(found, key=_rank(self.sort))]
        self.unthemed, self.praise = about.unthemed, about.praise
        self.fineness = f"{about.granularity:g}"
        if self.view:
            await self._read_apart(actor, slug)
        self.count_words = f"{len(found):,}" if found else ""
        self.themable, self.needed = about.themable, about.needed
        self.missing = max(0, about.needed - about.themable)
        self._note_last(about)
        self.ready = True

    async def _read_apart(self, actor: Actor, slug: str) -> None:
        query = ThemedQuery(
            unthemed=self.view == "unthemed",
            praise=self.view == "praise",
            size=min(self._apart_shown, MAX_PAGE),
        )
        page = (await call(themes.list_signals, actor, query)).page
        self.apart_more = len(page.items) < min(page.total, MAX_PAGE)
        self.apart = [
            ApartRow(
                row.number,
                row.text,
                f"/w/{slug}/signals?signal={row.number}",
                row.severity.value if row.severity else "",
                row.received_at.isoformat(),
            )
            for row in page.items
        ]

    def _note_last(self, about: ThemesOverview) -> None:
        last = about.last
        if last is None:
            return
        if last.id != self._last:
            self.rebuilding = False
        self._last = last.id
        self.formed_at = last.at.isoformat()
        self.formed_words = (
            f"{last.themes:,} themes from {last.signals:,} signals in {last.seconds:.1f} s"
        )


def _one_of(given: object, known: Sequence[str], otherwise: str) -> str:
    return given if isinstance(given, str) and given in known else otherwise


def _rank(sort: str) -> Callable[[ThemeRead], tuple[float, float]]:
    """Return what to sort themes by: the most first, of equal ones the larger."""
    figures: dict[str, Callable[[ThemeRead], float]] = {
        "size": lambda theme: theme.size,
        "customers": lambda theme: theme.customers,
        "value": lambda theme: float(theme.value or 0),
        "strength": lambda theme: theme.strength,
        "trend": lambda theme: sum(theme.trend[len(theme.trend) // 2 :]),
    }
    return lambda theme: (-figures[sort](theme), -theme.size)
