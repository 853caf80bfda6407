"""The ranked list of themes, and forming them anew."""

from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.events import topics
from pmflow_core.themes import overview
from pmflow_core.themes import service as themes
from pmflow_core.themes.overview import ThemesOverview
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.state.themes_rows import ThemeRow, as_row
from pmflow_ui.viewer import workspace_slug


class ThemesState(rx.State):
    """The themes, the largest first, and how they came about."""

    rows: rx.Field[list[ThemeRow]] = rx.field(default_factory=list)
    count_words: rx.Field[str] = rx.field("")
    missing: rx.Field[int] = rx.field(0)
    needed: rx.Field[int] = rx.field(0)
    themable: rx.Field[int] = rx.field(0)
    formed_at: rx.Field[str] = rx.field("")
    formed_words: rx.Field[str] = rx.field("")
    rebuilding: rx.Field[bool] = rx.field(False)
    ready: rx.Field[bool] = rx.field(False)
    _last: UUID | None = None

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the themes."""
        actor = current_actor()
        watch.watch(self, [topics.signals(actor.workspace_id)], ThemesState.refresh())
        self.rebuilding = False
        await self._read(actor)

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
        self.rows = [as_row(theme, slug) for theme in found]
        self.count_words = f"{len(found):,}" if found else ""
        self.themable, self.needed = about.themable, about.needed
        self.missing = max(0, about.needed - about.themable)
        self._note_last(about)
        self.ready = True

    def _note_last(self, about: ThemesOverview) -> None:
        last = about.last
        if last is None:
            return
        if last.id != self._last:
            self.rebuilding = False
        self._last = last.id
        self.formed_at = last.at.isoformat()
        self.formed_words = (
            f"{last.themes:,} themes from {last.signals:,} signals in {last.seconds:.1f} s, "
            f"rule {last.version}"
        )
