"""Changes of themes that wait for a decision, on the list of themes and on a theme's page."""

from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.events import topics
from pmflow_core.themes import proposal_reads, proposals
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event
from pmflow_ui.state.theme_changes_rows import ProposalCard, as_card
from pmflow_ui.toasts import offer_undo, say
from pmflow_ui.viewer import workspace_slug

FIRST_SHOWN = 3
SHOWN = 50


class ThemeChangesState(rx.State):
    """The proposals of the page: all of the workspace, or those about one theme."""

    cards: rx.Field[list[ProposalCard]] = rx.field(default_factory=list)
    words: rx.Field[str] = rx.field("")
    opened: rx.Field[str] = rx.field("")
    more: rx.Field[int] = rx.field(0)
    _shown: int = FIRST_SHOWN

    @event(allow=Role.VIEWER)
    async def load(self) -> None:
        """Show what waits for a decision."""
        actor = current_actor()
        self.cards, self.opened, self._shown = [], "", FIRST_SHOWN
        watch.watch(self, [topics.signals(actor.workspace_id)], ThemeChangesState.refresh())
        await self._read(actor)

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again."""
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def show_all(self) -> None:
        """Show every proposal, not only those that move the most."""
        self._shown = SHOWN
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def open(self, proposal_id: UUID) -> None:
        """Show the words of both sides of a proposal, or hide them."""
        self.opened = "" if self.opened == str(proposal_id) else str(proposal_id)

    @event(allow=Role.EDITOR)
    async def apply(self, proposal_id: UUID) -> EventSpec:
        """Do what a proposal says."""
        actor = current_actor()
        moved = await call(proposals.apply, actor, proposal_id)
        await self._read(actor)
        undo = ThemeChangesState.take_back(proposal_id)
        return offer_undo(f"Applied: {counted(moved, 'signal')} moved", undo)

    @event(allow=Role.EDITOR)
    async def dismiss(self, proposal_id: UUID) -> EventSpec:
        """Leave the themes as they are, for good."""
        actor = current_actor()
        await call(proposals.dismiss, actor, proposal_id)
        await self._read(actor)
        undo = ThemeChangesState.take_back(proposal_id)
        return offer_undo("Dismissed. It is not proposed again.", undo)

    @event(allow=Role.EDITOR)
    async def take_back(self, proposal_id: UUID) -> EventSpec:
        """Undo a decision, or what was done by hand."""
        actor = current_actor()
        await call(proposals.undo, actor, proposal_id)
        await self._read(actor)
        return say("Taken back")

    async def _read(self, actor: Actor) -> None:
        path = self.router.url.path
        slug = workspace_slug(path) or ""
        here = _theme_in(path)
        found = await call(proposal_reads.list_proposals, actor, theme_id=here, limit=self._shown)
        many = await call(proposal_reads.count_proposals, actor, here)
        self.cards = [as_card(each, slug) for each in found]
        self.more = many - len(found)
        self.words = counted(many, "change to review", "changes to review") if many else ""


def _theme_in(path: str) -> UUID | None:
    last = path.rstrip("/").rsplit("/", 1)[-1]
    try:
        return UUID(last)
    except ValueError:
        return None
