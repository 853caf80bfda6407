"""An invitation as whoever opens its link sees it, and accepting it."""

from urllib.parse import quote, urlencode

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.errors import PmflowError
from pmflow_core.workspaces import invitations
from pmflow_core.workspaces.invitations import InvitationUnknown
from pmflow_core.workspaces.schemas import InvitationLook, Invitee
from pmflow_ui.access import Access, current_viewer
from pmflow_ui.call import call_outside, call_within
from pmflow_ui.guard import event
from pmflow_ui.toasts import refuse, say
from pmflow_ui.viewer import Viewer, find_viewer

UNKNOWN = "unknown"


class InviteState(rx.State):
    """What the page says; `status` is that of `InvitationLook`, or `unknown`."""

    status: rx.Field[str] = rx.field("")
    workspace: rx.Field[str] = rx.field("")
    home: rx.Field[str] = rx.field("")
    email: rx.Field[str] = rx.field("")
    role: rx.Field[str] = rx.field("")
    by: rx.Field[str] = rx.field("")
    expires_at: rx.Field[str] = rx.field("")
    me: rx.Field[str] = rx.field("")
    sign_in: rx.Field[str] = rx.field("/login")
    sign_up: rx.Field[str] = rx.field("/signup")

    @event(allow=Access.ANYONE)
    async def load(self) -> None:
        """Look at the invitation as the person who is signed in, or as nobody."""
        await self._look(await find_viewer(self.router.headers.cookie, "/"))

    @event(allow=Access.SIGNED_IN)
    async def accept(self) -> list[EventSpec]:
        """Become a member and go to the board; what stands in the way is shown instead."""
        viewer = current_viewer()
        person = Invitee(user_id=viewer.user_id, email=viewer.email, name=viewer.name)
        try:
            workspace_id = await call_outside(invitations.workspace_of, self._token())
            slug = await call_within(
                workspace_id, invitations.accept, workspace_id, self._token(), person
            )
        except PmflowError as error:
            await self._look(viewer)
            return [refuse(str(error))]
        return [say(f"Welcome to {self.workspace}"), rx.redirect(f"/w/{slug}/board", replace=True)]

    async def _look(self, viewer: Viewer | None) -> None:
        self.me = viewer.email if viewer else ""
        try:
            workspace_id = await call_outside(invitations.workspace_of, self._token())
            found = await call_within(
                workspace_id, invitations.look, workspace_id, self._token(), _person(viewer)
            )
        except InvitationUnknown:
            self.status = UNKNOWN
            return
        self._show(found)

    def _token(self) -> str:
        return self.router.url.path.rstrip("/").rpartition("/")[2][:200]

    def _show(self, found: InvitationLook) -> None:
        self.status, self.workspace, self.email = found.state.value, found.workspace, found.email
        self.role, self.by = found.role.value, found.invited_by or ""
        self.expires_at = found.expires_at.isoformat()
        self.home = f"/w/{found.slug}/board" if found.slug else "/"
        back = f"/invite/{quote(self._token(), safe='')}"
        query = urlencode({"next": back, "email": found.email})
        self.sign_in, self.sign_up = f"/login?{query}", f"/signup?{query}"


def _person(viewer: Viewer | None) -> Invitee | None:
    if viewer is None:
        return None
    return Invitee(user_id=viewer.user_id, email=viewer.email, name=viewer.name)
