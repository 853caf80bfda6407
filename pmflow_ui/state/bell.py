"""What a person is told, and that they have read it."""

from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications
from pmflow_core.activity.notifications import Line
from pmflow_core.events import topics
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.viewer import workspace_slug

SHOWN = 30
MOST = 99


@dataclass(frozen=True)
class Told:
    """One notification, or several about themes as one; `themes` is how many those are."""

    id: str
    kind: str
    text: str
    at: str
    href: str
    unread: bool
    themes: int = 0


class BellState(rx.State):
    """The newest notifications of the viewer in this workspace, and how many are unread."""

    items: rx.Field[list[Told]] = rx.field(default_factory=list)
    unread: rx.Field[str] = rx.field("")
    label: rx.Field[str] = rx.field("Notifications")

    @event(allow=Role.VIEWER)
    async def load(self) -> None:
        """Show what there is, and hear of more."""
        actor = current_actor()
        if actor.user_id is not None:
            watch.watch(self, [topics.notifications(actor.user_id)], BellState.refresh())
        await self._read(actor)

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again."""
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def open(self, notification: UUID) -> EventSpec | None:
        """Mark one line as read, with all that it stands for, and go to what it is about."""
        actor = current_actor()
        told = next((each for each in self.items if each.id == str(notification)), None)
        if told is not None and told.themes:
            await call(notifications.mark_kind_read, actor, told.kind, notification)
        else:
            await call(notifications.mark_read, actor, [notification])
        await self._read(actor)
        return rx.redirect(told.href) if told is not None and told.href else None

    @event(allow=Role.VIEWER)
    async def read_all(self) -> None:
        """Mark all as read."""
        actor = current_actor()
        await call(notifications.mark_read, actor)
        await self._read(actor)

    async def _read(self, actor: Actor) -> None:
        slug = workspace_slug(self.router.url.path) or ""
        found = await call(notifications.list_lines, actor, limit=SHOWN)
        self.items = [_told(each, slug) for each in found.items]
        self.unread = "" if not found.unread else str(min(found.unread, MOST))
        self.label = f"Notifications, {found.unread} unread" if found.unread else "Notifications"


def _told(line: Line, slug: str) -> Told:
    read = line.newest
    link, text = read.link, read.text
    if line.themes > 1:
        link, text = "themes", f"{line.themes:,} themes changed"
    href = f"/w/{slug}/{link}" if link else ""
    return Told(
        str(read.id), read.kind, text, read.at.isoformat(), href, not read.is_read, line.themes
    )
