"""The list of the viewer's workspaces, and making a new one."""

from typing import Annotated

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core import onboarding
from pmflow_core.demo.load import request_sample
from pmflow_core.errors import Invalid
from pmflow_core.ids import uuid7
from pmflow_core.workspaces.names import slugs_for
from pmflow_core.workspaces.service import SlugTaken
from pmflow_ui.access import Access, current_viewer
from pmflow_ui.call import call_outside, call_within
from pmflow_ui.guard import event


class NewWorkspace(BaseModel):
    """What the form sends."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]


class HomeState(rx.State):
    """The form for a new workspace; the list itself belongs to the session."""

    name_error: rx.Field[str] = rx.field("")

    @event(allow=Access.SIGNED_IN)
    async def create(self, form: NewWorkspace) -> EventSpec | None:
        """Make a workspace and go to its board; what is wrong stands under the field."""
        self.name_error = ""
        for slug in slugs_for(form.name):
            workspace_id = uuid7()
            try:
                made = await call_within(
                    workspace_id,
                    onboarding.create_workspace,
                    workspace_id,
                    name=form.name,
                    slug=slug,
                    admin_user_id=current_viewer().user_id,
                )
            except SlugTaken as error:
                self.name_error = f"{error} Choose another name."
            except Invalid as error:
                self.name_error = str(error)
                return None
            else:
                self.name_error = ""
                return rx.redirect(f"/w/{made.slug}/board")
        return None

    @event(allow=Access.SIGNED_IN)
    async def load_sample(self) -> EventSpec:
        """Make the viewer's sample workspace, which workers fill, and go to its board."""
        made = await call_outside(request_sample, current_viewer().user_id)
        return rx.redirect(f"/w/{made.slug}/board")
