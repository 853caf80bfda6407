"""The session every page shares: who looks, in which workspace, and what the navigation counts."""

from dataclasses import dataclass

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import first_run, reads
from pmflow_core.board.first_run import FirstRunRead
from pmflow_core.board.schemas import CountsRead
from pmflow_core.db import Session
from pmflow_core.events import topics
from pmflow_core.triage import inbox
from pmflow_core.workspaces import service as workspaces
from pmflow_core.workspaces.schemas import WorkspaceRead
from pmflow_ui import watch
from pmflow_ui.access import Access, current_actor, current_viewer
from pmflow_ui.call import call, call_outside
from pmflow_ui.guard import NoticeState, event
from pmflow_ui.initials import initials
from pmflow_ui.shared import call_shared
from pmflow_ui.state.first_run_rows import ALL_DONE, HIDDEN, OVER, FirstRunView, as_view
from pmflow_ui.toasts import offer_undo, say
from pmflow_ui.viewer import workspace_slug


@dataclass(frozen=True)
class WorkspaceLink:
    """One workspace of the viewer, as the switcher and the list show it."""

    slug: str
    name: str
    role: str
    mark: str


@dataclass(frozen=True)
class NavCounts:
    """What stands behind the navigation's items; nothing is shown for none."""

    inbox: str = ""
    projects: str = ""
    signals: str = ""
    themes: str = ""
    runs: str = ""
    workers: int = 0


class SessionState(rx.State):
    """Who looks, and where. Filled by the first event of every page."""

    ready: rx.Field[bool] = rx.field(False)
    user_name: rx.Field[str] = rx.field("")
    user_email: rx.Field[str] = rx.field("")
    user_initials: rx.Field[str] = rx.field("")
    is_operator: rx.Field[bool] = rx.field(False)
    workspace_slug: rx.Field[str] = rx.field("")
    workspace_name: rx.Field[str] = rx.field("")
    workspace_mark: rx.Field[str] = rx.field("")
    can_edit: rx.Field[bool] = rx.field(False)
    can_admin: rx.Field[bool] = rx.field(False)
    workspaces: rx.Field[list[WorkspaceLink]] = rx.field(default_factory=list)
    counts: rx.Field[NavCounts] = rx.field(default_factory=NavCounts)
    first_run: rx.Field[FirstRunView] = rx.field(default_factory=FirstRunView)
    _workspace_id: str = ""
    # Until the tab has seen that the first run is over: from then on it never asks.
    _is_first_run: bool = False

    @event(allow=Access.SIGNED_IN, page=True)
    async def enter(self) -> None:
        """Note who looks, for a page outside of any workspace."""
        await self._arrive()
        self._workspace_id = ""
        self.first_run = FirstRunView()
        watch.watch(self, [topics.memberships(current_viewer().user_id)], SessionState.renew())

    @event(allow=Access.SIGNED_IN)
    async def renew(self) -> list[EventSpec]:
        """Look again at what the viewer is a member of; a tab leaves what they were put out of."""
        found = await self._read_workspaces()
        if not self._workspace_id:
            return []
        here = next((each for each in found if str(each.id) == self._workspace_id), None)
        if here is None:
            gone, self._workspace_id = self.workspace_name, ""
            watch.forget(self)
            words = f"You have no access to {gone} any more: it was deleted, or you left."
            return [say(words), rx.redirect("/", replace=True)]
        self.workspace_name, self.workspace_mark = here.name, here.name[:1].upper()
        self.can_edit = here.role.rank >= Role.EDITOR.rank
        self.can_admin = here.role is Role.ADMIN
        if here.slug == self.workspace_slug:
            return []
        # The address was changed: this tab goes along.
        address = str(self.router.url.path).replace(
            f"/w/{self.workspace_slug}", f"/w/{here.slug}", 1
        )
        return [rx.redirect(address, replace=True)]

    @event(allow=Role.VIEWER, page=True)
    async def enter_workspace(self) -> EventSpec | None:
        """Note who looks and the workspace in the address; the first event of its pages."""
        await self._arrive()
        actor = current_actor()
        here = workspace_slug(self.router.url.path) or ""
        name = next((link.name for link in self.workspaces if link.slug == here), here)
        self.workspace_slug = here
        self.workspace_name = name
        self.workspace_mark = name[:1].upper()
        self.can_edit = actor.may(Role.EDITOR)
        self.can_admin = actor.may(Role.ADMIN)
        self._workspace_id = str(actor.workspace_id)
        own = [topics.workspace(actor.workspace_id), topics.memberships(current_viewer().user_id)]
        watch.watch(self, own, SessionState.renew())
        topic = [topics.board(actor.workspace_id), topics.signals(actor.workspace_id)]
        topic.append(topics.notifications(current_viewer().user_id))
        topic.append(topics.workspace(actor.workspace_id))
        watch.watch(self, topic, SessionState.count())
        self._is_first_run = True
        return await self._count()

    @event(allow=Access.SIGNED_IN)
    async def stay(self) -> None:
        """Do nothing for who is signed in; the wall sends everybody else to the sign-in page."""

    @event(allow=Role.VIEWER)
    async def count(self) -> EventSpec | None:
        """Count anew what the navigation shows."""
        return await self._count()

    @event(allow=Role.EDITOR)
    async def hide_first_run(self) -> EventSpec:
        """Hide the first steps from everybody in the workspace."""
        await call(first_run.hide, current_actor())
        self.first_run = OVER
        return offer_undo(HIDDEN, SessionState.show_first_run())

    @event(allow=Role.EDITOR)
    async def show_first_run(self) -> EventSpec | None:
        """Take back that the first steps were hidden."""
        await call(first_run.show, current_actor())
        self._is_first_run = True
        return await self._count()

    async def _count(self) -> EventSpec | None:
        actor = current_actor()
        found, steps = await self._read_counts(actor)
        listed = await call_shared(inbox.list_waiting, actor)
        waiting = await call(inbox.count_waiting, actor, listed)
        self.counts = NavCounts(
            inbox=_number(waiting),
            projects=_number(found.projects),
            signals=_number(found.signals),
            themes=_number(found.themes),
            runs=_number(found.open_runs),
            workers=found.workers_alive,
        )
        return await self._lead_on(actor, steps)

    async def _read_counts(self, actor: Actor) -> tuple[CountsRead, FirstRunRead | None]:
        if self._is_first_run and actor.may(Role.EDITOR):
            return await call_shared(_counts_and_steps, actor)
        return await call_shared(reads.read_counts, actor), None

    async def _lead_on(self, actor: Actor, steps: FirstRunRead | None) -> EventSpec | None:
        """Show what is next; when nothing is, note that for good and say so, once."""
        is_done = steps is not None and steps.current is None
        self._is_first_run = steps is not None and not is_done
        view = OVER if steps is None or is_done else as_view(steps, self.workspace_slug)
        if view != self.first_run:
            self.first_run = view
        if not is_done:
            return None
        await call(first_run.finish, actor)
        return say(ALL_DONE)

    async def _arrive(self) -> None:
        watch.forget(self)
        refusal = await self.get_state(NoticeState)
        refusal.kind = refusal.text = refusal.code = ""
        viewer = current_viewer()
        watch.watch(self, [topics.session(viewer.session_id)], SessionState.stay())
        self.user_name = viewer.name
        self.user_email = viewer.email
        self.user_initials = initials(viewer.name or viewer.email)
        self.is_operator = viewer.is_operator
        await self._read_workspaces()
        self.ready = True

    async def _read_workspaces(self) -> list[WorkspaceRead]:
        found = await call_outside(workspaces.list_workspaces, current_viewer().user_id)
        self.workspaces = [as_link(workspace) for workspace in found]
        return found


def _counts_and_steps(session: Session, actor: Actor) -> tuple[CountsRead, FirstRunRead | None]:
    return reads.read_counts(session, actor), first_run.read(session, actor)


def _number(count: int) -> str:
    return f"{count:,}" if count else ""


def as_link(workspace: WorkspaceRead) -> WorkspaceLink:
    """Return a workspace as the switcher shows it."""
    return WorkspaceLink(
        workspace.slug, workspace.name, workspace.role.value, workspace.name[:1].upper()
    )
