"""What the sign-in and sign-up forms show after they were refused."""

import reflex as rx

from pmflow_ui.access import Access
from pmflow_ui.forms import RefusedForm, local_path, unpack
from pmflow_ui.guard import event


class SignState(rx.State):
    """The kept words and the error of a refused form, and where to go afterwards."""

    email: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    email_error: rx.Field[str] = rx.field("")
    name_error: rx.Field[str] = rx.field("")
    password_error: rx.Field[str] = rx.field("")
    next: rx.Field[str] = rx.field("")

    @event(allow=Access.ANYONE)
    async def load_login(self) -> None:
        """Show what the sign-in form said no to."""
        self._show("login")

    @event(allow=Access.ANYONE)
    async def load_signup(self) -> None:
        """Show what the sign-up form said no to."""
        self._show("signup")

    def _show(self, form: str) -> None:
        refused = unpack(self.router.headers.cookie, form) or RefusedForm(form, "", "")
        # An invitation's page says for whom it is.
        invited = str(self.router.url.query_parameters.get("email") or "")[:320]
        self.email, self.name = refused.email or invited, refused.name
        self.email_error = refused.error if refused.field == "email" else ""
        self.name_error = refused.error if refused.field == "name" else ""
        self.password_error = refused.error if refused.field == "password" else ""
        self.next = local_path(self.router.url.query_parameters.get("next"))
