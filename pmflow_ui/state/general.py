"""The general settings of a workspace: what it is called, where it is, and its end."""

from dataclasses import dataclass
from typing import Annotated

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core import offboarding
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import PmflowError
from pmflow_core.events import topics
from pmflow_core.workspaces import lifecycle
from pmflow_core.workspaces.lifecycle import NameNotRepeated
from pmflow_core.workspaces.service import InvalidSlug, InvalidWorkspaceName, SlugTaken
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.toasts import say

Typed = Annotated[str, StringConstraints(max_length=200)]


class GeneralForm(BaseModel):
    """What the form sends."""

    name: Typed = ""
    slug: Typed = ""


class DeleteForm(BaseModel):
    """The workspace's name, typed once more."""

    repeated: Typed = ""


@dataclass(frozen=True)
class Facts:
    """What is shown of the workspace."""

    name: str = ""
    slug: str = ""
    prefix: str = ""
    created_at: str = ""


class GeneralState(rx.State):
    """The page; `typed_slug` is what the form holds, to warn before it is saved."""

    facts: rx.Field[Facts] = rx.field(default_factory=Facts)
    name_error: rx.Field[str] = rx.field("")
    slug_error: rx.Field[str] = rx.field("")
    typed_slug: rx.Field[str] = rx.field("")
    form_key: rx.Field[int] = rx.field(0)
    deleting: rx.Field[bool] = rx.field(False)
    delete_error: rx.Field[str] = rx.field("")
    ready: rx.Field[bool] = rx.field(False)

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show what the workspace is called."""
        actor = current_actor()
        watch.watch(self, [topics.workspace(actor.workspace_id)], GeneralState.refresh())
        self.name_error = self.slug_error = self.delete_error = ""
        self.deleting = False
        await self._read(actor)
        self.ready = True

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again; a form is drawn anew only when what it shows was changed."""
        await self._read(current_actor())

    @event(allow=Role.ADMIN)
    async def type_slug(self, slug: Typed) -> None:
        """Note what the address would become."""
        self.typed_slug = slug.strip()

    @event(allow=Role.ADMIN)
    async def save(self, form: GeneralForm) -> EventSpec | None:
        """Save the form, or say under each field what is wrong; open tabs go along."""
        actor = current_actor()
        self.name_error = self.slug_error = ""
        try:
            await call(lifecycle.change, actor, name=form.name, slug=form.slug.strip())
        except InvalidWorkspaceName as error:
            self.name_error = str(error)
            return None
        except (InvalidSlug, SlugTaken) as error:
            self.slug_error = str(error)
            return None
        if form.slug.strip() != self.facts.slug:
            return rx.redirect(f"/w/{form.slug.strip()}/settings/general", replace=True)
        await self._read(actor)
        return say("Saved")

    @event(allow=Role.ADMIN)
    async def ask(self, wanted: bool) -> None:
        """Open or close the question whether to delete."""
        self.deleting, self.delete_error = wanted, ""

    @event(allow=Role.ADMIN)
    async def delete(self, form: DeleteForm) -> list[EventSpec] | None:
        """Delete the workspace when its name was typed, and go to the list."""
        actor, name = current_actor(), self.facts.name
        try:
            await call(offboarding.delete_workspace, actor, form.repeated)
        except NameNotRepeated as error:
            self.delete_error = str(error)
            return None
        except PmflowError:
            self.deleting = False
            raise
        self.deleting = False
        words = f"{name} was deleted. You can restore it here for 30 days."
        return [say(words), rx.redirect("/", replace=True)]

    async def _read(self, actor: Actor) -> None:
        found = await call(lifecycle.get_workspace, actor)
        facts = Facts(found.name, found.slug, found.key_prefix, found.created_at.isoformat())
        if facts != self.facts:
            self.facts, self.typed_slug = facts, facts.slug
            self.form_key += 1
