"""The list of the viewer's workspaces, and making a new one."""

from dataclasses import dataclass
from typing import Annotated

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core import onboarding
from pmflow_core.demo.load import request_sample
from pmflow_core.errors import Invalid
from pmflow_core.events import topics
from pmflow_core.ids import uuid7
from pmflow_core.workspaces import lifecycle
from pmflow_core.workspaces.names import slugs_for
from pmflow_core.workspaces.service import SlugTaken
from pmflow_ui import watch
from pmflow_ui.access import Access, current_viewer
from pmflow_ui.call import call_outside, call_within
from pmflow_ui.guard import event

Slug = Annotated[str, StringConstraints(max_length=64)]


class NewWorkspace(BaseModel):
    """What the form sends."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]


@dataclass(frozen=True)
class DeletedRow:
    """A deleted workspace that the viewer may restore."""

    slug: str
    name: str
    deleted_at: str
    purged_at: str


class HomeState(rx.State):
    """The form for a new workspace and the deleted ones; the list belongs to the session."""

    name_error: rx.Field[str] = rx.field("")
    deleted: rx.Field[list[DeletedRow]] = rx.field(default_factory=list)

    @event(allow=Access.SIGNED_IN, page=True)
    async def load(self) -> None:
        """Show what the viewer may restore."""
        viewer = current_viewer()
        watch.watch(self, [topics.memberships(viewer.user_id)], HomeState.refresh())
        self.name_error = ""
        await self._read()

    @event(allow=Access.SIGNED_IN)
    async def refresh(self) -> None:
        """Look again."""
        await self._read()

    @event(allow=Access.SIGNED_IN)
    async def restore(self, slug: Slug) -> EventSpec:
        """Bring a deleted workspace back and go to its board."""
        viewer = current_viewer()
        workspace_id = await call_outside(lifecycle.deleted_by_slug, viewer.user_id, slug)
        await call_within(
            workspace_id, lifecycle.restore, workspace_id, viewer.user_id, viewer.name
        )
        return rx.redirect(f"/w/{slug}/board")

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

    async def _read(self) -> None:
        found = await call_outside(lifecycle.list_deleted, current_viewer().user_id)
        self.deleted = [
            DeletedRow(
                each.slug, each.name, each.deleted_at.isoformat(), each.purged_at.isoformat()
            )
            for each in found
        ]
