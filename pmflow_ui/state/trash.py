"""The trash of a workspace on its page: brought back by editors, erased by admins."""

from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import trash
from pmflow_core.board.trash import TrashItem, TrashKind
from pmflow_core.events import topics
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event, opened
from pmflow_ui.toasts import say
from pmflow_ui.viewer import workspace_slug

PAGE = 50
MOST = 1_000
WORDS = {
    TrashKind.SIGNAL: "Signals",
    TrashKind.CUSTOMER: "Customers",
    TrashKind.PERSONA: "Personas",
    TrashKind.KNOWLEDGE: "Knowledge",
    TrashKind.VIEW: "Saved views",
    TrashKind.PROJECT: "Projects",
}


@dataclass(frozen=True)
class TrashRow:
    """Something deleted as a line; an empty `gone_at` means that it is kept."""

    id: str
    name: str
    by: str
    deleted_at: str
    gone_at: str


@dataclass(frozen=True)
class KindTab:
    """One kind with how many there are."""

    kind: str
    label: str
    href: str
    here: bool
    count: str


class TrashState(rx.State):
    """The page; the kind is in the address."""

    rows: rx.Field[list[TrashRow]] = rx.field(default_factory=list)
    tabs: rx.Field[list[KindTab]] = rx.field(default_factory=list)
    erasable: rx.Field[bool] = rx.field(True)
    more: rx.Field[bool] = rx.field(False)
    asked: rx.Field[str] = rx.field("")
    asked_name: rx.Field[str] = rx.field("")
    ready: rx.Field[bool] = rx.field(False)
    _kind: str = TrashKind.SIGNAL.value
    _shown: int = PAGE

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show what of the asked kind was deleted."""
        actor = current_actor()
        here = (topics.signals, topics.board, topics.knowledge, topics.views, topics.workspace)
        watch.watch(self, [topic(actor.workspace_id) for topic in here], TrashState.refresh())
        asked = str(self.router.url.query_parameters.get("kind") or "")
        self._kind = asked if asked in list(TrashKind) else TrashKind.SIGNAL.value
        self._shown, self.asked = PAGE, ""
        await self._read(actor)
        self.ready = True

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again."""
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def show_more(self) -> None:
        """Show what was deleted earlier too."""
        self._shown = min(self._shown + PAGE, MOST)
        await self._read(current_actor())

    @event(allow=Role.EDITOR)
    async def restore(self, item: UUID) -> EventSpec:
        """Bring something back."""
        actor = current_actor()
        await call(trash.restore, actor, TrashKind(self._kind), item)
        await self._read(actor)
        return say("Restored")

    @event(allow=Role.ADMIN)
    async def ask(self, item: UUID) -> None:
        """Ask whether something is to be erased for good."""
        found = next((row for row in self.rows if row.id == str(item)), None)
        if found is not None:
            self.asked, self.asked_name = found.id, found.name

    @event(allow=Role.ADMIN)
    async def keep(self, is_open: bool) -> None:
        """Close the question when it asks to."""
        if not is_open:
            self.asked = ""

    @event(allow=Role.ADMIN)
    async def erase(self) -> EventSpec:
        """Erase what was asked about."""
        actor = current_actor()
        item, self.asked = opened(self.asked), ""
        await call(trash.erase, actor, TrashKind(self._kind), item)
        await self._read(actor)
        return say("Erased for good")

    async def _read(self, actor: Actor) -> None:
        kind = TrashKind(self._kind)
        found = await call(trash.list_trash, actor, kind, limit=self._shown + 1)
        self.rows = [as_row(each) for each in found[: self._shown]]
        self.more = len(found) > self._shown and self._shown < MOST
        self.erasable = kind is not TrashKind.PROJECT
        counts = await call(trash.count_trash, actor)
        slug = workspace_slug(self.router.url.path) or ""
        self.tabs = [
            KindTab(
                each.value,
                words,
                f"/w/{slug}/settings/trash?kind={each.value}",
                each is kind,
                f"{counts[each]:,}" if counts[each] else "",
            )
            for each, words in WORDS.items()
        ]


def as_row(item: TrashItem) -> TrashRow:
    """Return something deleted as a line."""
    return TrashRow(
        id=str(item.id),
        name=item.name,
        by=item.by or "a program",
        deleted_at=item.deleted_at.isoformat(),
        gone_at=item.gone_at.isoformat() if item.gone_at else "",
    )
