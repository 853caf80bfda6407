"""What the sign-in and sign-up forms show, after they were refused too."""

from dataclasses import dataclass
from urllib.parse import quote

import reflex as rx

from pmflow_core.accounts.identity_providers import configured
from pmflow_core.settings import get_settings
from pmflow_ui.access import Access
from pmflow_ui.forms import RefusedForm, local_path, unpack
from pmflow_ui.guard import event


@dataclass(frozen=True)
class ProviderButton:
    """A way in by an identity provider."""

    name: str
    label: str
    href: str


class SignState(rx.State):
    """The kept words and the error of a refused form, the other ways in, and where to go."""

    email: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    email_error: rx.Field[str] = rx.field("")
    name_error: rx.Field[str] = rx.field("")
    password_error: rx.Field[str] = rx.field("")
    form_error: rx.Field[str] = rx.field("")
    next: rx.Field[str] = rx.field("")
    is_open: rx.Field[bool] = rx.field(True)
    providers: rx.Field[list[ProviderButton]] = rx.field(default_factory=list)

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
        self.form_error = refused.error if refused.field == "form" else ""
        self.next = local_path(self.router.url.query_parameters.get("next"))
        self.is_open = get_settings().signup == "open" or bool(invited)
        onward = quote(self.next, safe="")
        self.providers = [
            ProviderButton(each.name, each.label, f"/api/auth/oauth/{each.name}?next={onward}")
            for each in configured(get_settings()).values()
        ]
