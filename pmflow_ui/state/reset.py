"""What the pages of a forgotten password show."""

import reflex as rx

from pmflow_core.accounts import resets
from pmflow_core.accounts.resets import ResetStanding
from pmflow_core.mail import service as mail
from pmflow_ui.access import Access
from pmflow_ui.call import call_outside
from pmflow_ui.forms import RefusedForm, is_token, unpack
from pmflow_ui.guard import event

_TROUBLE = {
    ResetStanding.USED: "This link was used already, or another one was after it.",
    ResetStanding.EXPIRED: "This link is older than 30 minutes.",
    ResetStanding.UNKNOWN: "This link is not valid. It may have been cut off.",
}


class ResetState(rx.State):
    """How far somebody is who forgot their password."""

    ready: rx.Field[bool] = rx.field(False)
    sends_mail: rx.Field[bool] = rx.field(True)
    was_sent: rx.Field[bool] = rx.field(False)
    email: rx.Field[str] = rx.field("")
    email_error: rx.Field[str] = rx.field("")
    password_error: rx.Field[str] = rx.field("")
    form_error: rx.Field[str] = rx.field("")
    token: rx.Field[str] = rx.field("")
    standing: rx.Field[str] = rx.field("")
    trouble: rx.Field[str] = rx.field("")

    @event(allow=Access.ANYONE)
    async def load_ask(self) -> None:
        """Show the form that asks for a link, or that it was sent."""
        self._show("reset")
        self.sends_mail = mail.is_on()
        self.was_sent = self.router.url.query_parameters.get("sent") == "1"
        self.ready = True

    @event(allow=Access.ANYONE)
    async def load_choose(self) -> None:
        """Show the form for a new password, or what is wrong with the link."""
        self._show("choose")
        token = self.router.url.path.rstrip("/").rpartition("/")[2]
        self.token = token if is_token(token) else ""
        standing = await call_outside(resets.standing, self.token)
        self.standing = standing.value
        self.trouble = _TROUBLE.get(standing, "")
        self.ready = True

    def _show(self, form: str) -> None:
        refused = unpack(self.router.headers.cookie, form) or RefusedForm(form, "", "")
        self.email = refused.email
        self.email_error = refused.error if refused.field == "email" else ""
        self.password_error = refused.error if refused.field == "password" else ""
        self.form_error = refused.error if refused.field == "form" else ""
