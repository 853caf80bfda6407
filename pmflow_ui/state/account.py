"""One's own account: what it is, where it is signed in, and by what."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts import account, oauth, sessions
from pmflow_core.accounts.account import Myself
from pmflow_core.accounts.identity_providers import configured
from pmflow_core.accounts.schemas import AccountRead, ConnectionRead, SessionRead
from pmflow_core.accounts.service import InvalidName
from pmflow_core.settings import get_settings
from pmflow_core.workspaces import leaving
from pmflow_ui.access import Access, current_viewer
from pmflow_ui.call import call_across, call_outside
from pmflow_ui.forms import RefusedForm, unpack
from pmflow_ui.guard import NoticeState, event
from pmflow_ui.initials import initials
from pmflow_ui.state.session import SessionState


class NewName(BaseModel):
    """What the form of the name sends."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


@dataclass(frozen=True)
class SessionLine:
    """A signed-in browser."""

    id: str
    device: str
    address: str
    signed_in_at: str
    seen_at: str
    is_current: bool


@dataclass(frozen=True)
class ProviderLine:
    """An identity provider: connected as whom, or not yet."""

    name: str
    label: str
    account: str
    used_at: str
    href: str


class AccountState(rx.State):
    """The signed-in person's own account."""

    ready: rx.Field[bool] = rx.field(False)
    name: rx.Field[str] = rx.field("")
    email: rx.Field[str] = rx.field("")
    has_password: rx.Field[bool] = rx.field(True)
    is_fresh: rx.Field[bool] = rx.field(True)
    sessions: rx.Field[list[SessionLine]] = rx.field(default_factory=list)
    providers: rx.Field[list[ProviderLine]] = rx.field(default_factory=list)
    stuck: rx.Field[str] = rx.field("")
    name_error: rx.Field[str] = rx.field("")
    old_error: rx.Field[str] = rx.field("")
    new_error: rx.Field[str] = rx.field("")
    password_error: rx.Field[str] = rx.field("")
    password_said: rx.Field[str] = rx.field("")
    delete_error: rx.Field[str] = rx.field("")
    said: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")

    @event(allow=Access.SIGNED_IN, page=True)
    async def load(self) -> None:
        """Show the account, and what one of its forms has just been answered."""
        self._show_answers()
        await self._read()
        self.ready = True

    @event(allow=Access.SIGNED_IN)
    async def rename(self, form: NewName) -> EventSpec | None:
        """Change what others see."""
        try:
            name = await call_outside(account.change_name, _myself(), form.name)
        except InvalidName as error:
            self.name_error = str(error)
            return None
        self.name, self.name_error = name, ""
        self._forget_answers()
        shared = await self.get_state(SessionState)
        shared.user_name, shared.user_initials = name, initials(name)
        return NoticeState.note("said", "Your name is changed.")

    @event(allow=Access.SIGNED_IN)
    async def end(self, session_id: UUID) -> EventSpec:
        """End a session; its tabs go to the sign-in page at once."""
        await call_outside(sessions.revoke, current_viewer().user_id, session_id)
        self._forget_answers()
        await self._read()
        return NoticeState.note("said", "That browser is signed out.")

    @event(allow=Access.SIGNED_IN)
    async def end_others(self) -> EventSpec:
        """End every session but this one."""
        me = _myself()
        ended = await call_outside(sessions.revoke_others, me.user_id, me.session_id)
        self._forget_answers()
        await self._read()
        words = "1 other browser is" if ended == 1 else f"{ended} other browsers are"
        return NoticeState.note("said", f"{words} signed out.")

    @event(allow=Access.SIGNED_IN)
    async def disconnect(self, provider: str) -> EventSpec:
        """Remove a way in, unless it is the last one."""
        usable = frozenset(configured(get_settings()))
        await call_outside(oauth.disconnect, current_viewer().user_id, provider, usable)
        self._forget_answers()
        await self._read()
        return NoticeState.note("said", "Disconnected.")

    async def _read(self) -> None:
        me = _myself()
        found = await call_outside(account.read_account, me)
        rows = await call_outside(sessions.list_sessions, me.user_id, me.session_id)
        alone_in = await call_across(leaving.sole_admin_of, me.user_id)
        self.name, self.email = found.name, found.email
        self.has_password, self.is_fresh = found.has_password, found.is_fresh
        self.sessions = [_line(row) for row in rows]
        self.providers = _provider_lines(found)
        self.stuck = ", ".join(workspace.name for workspace in alone_in)

    def _forget_answers(self) -> None:
        self.said = self.error = self.password_said = ""

    def _show_answers(self) -> None:
        cookies = self.router.headers.cookie
        about = unpack(cookies, "account") or RefusedForm("account", "", "")
        self.said = about.error if about.field == "said" else ""
        self.error = about.error if about.field == "form" else ""
        change = unpack(cookies, "password") or RefusedForm("password", "", "")
        self.old_error = change.error if change.field == "old_password" else ""
        self.new_error = change.error if change.field == "password" else ""
        self.password_error = change.error if change.field == "form" else ""
        self.password_said = change.error if change.field == "said" else ""
        end = unpack(cookies, "delete")
        self.delete_error = end.error if end else ""
        self.name_error = ""


def _myself() -> Myself:
    viewer = current_viewer()
    return Myself(viewer.user_id, viewer.session_id)


def _line(row: SessionRead) -> SessionLine:
    return SessionLine(
        str(row.id),
        row.device,
        row.address or "unknown address",
        row.signed_in_at.isoformat(),
        row.last_seen_at.isoformat(),
        row.is_current,
    )


def _provider_lines(found: AccountRead) -> list[ProviderLine]:
    """Return the providers that are set up, and those still connected that are not any more."""
    mine = {row.provider: row for row in found.connections}
    usable = configured(get_settings())
    labels = {name: provider.label for name, provider in usable.items()}
    labels |= {name: name for name in mine if name not in usable}
    return [_provider_line(name, label, mine.get(name)) for name, label in labels.items()]


def _provider_line(name: str, label: str, row: ConnectionRead | None) -> ProviderLine:
    used_at = row.last_used_at.isoformat() if row and row.last_used_at else ""
    href = f"/api/auth/oauth/{name}/connect"
    return ProviderLine(name, label, row.label if row else "", used_at, href)
