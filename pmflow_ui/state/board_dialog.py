"""The move dialog: each stage with what a move there finds, and an override for admins."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventCallback, EventSpec

from pmflow_core.accounts.actor import Role
from pmflow_core.board import previews
from pmflow_core.board import service as board
from pmflow_core.board.schemas import MovePreview
from pmflow_core.errors import NotFound, PmflowError
from pmflow_ui import toasts
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event, opened
from pmflow_ui.state.board import BoardState
from pmflow_ui.state.board_moves import MoveOption, option_of
from pmflow_ui.state.project import ProjectState

Reply = EventSpec | EventCallback[()] | None
Slug = Annotated[str, StringConstraints(max_length=64)]


class OverrideForm(BaseModel):
    """Why an admin moves a project although a gate failed."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class MoveState(rx.State):
    """The dialog that moves one project, by keyboard as by mouse."""

    is_open: rx.Field[bool] = rx.field(False)
    key: rx.Field[str] = rx.field("")
    refusal: rx.Field[str] = rx.field("")
    options: rx.Field[list[MoveOption]] = rx.field(default_factory=list)
    overriding: rx.Field[MoveOption | None] = rx.field(None)
    reason_error: rx.Field[str] = rx.field("")
    _project_id: str = ""

    @event(allow=Role.EDITOR)
    async def ask(self, project_id: UUID) -> AsyncIterator[None]:
        """Open at once, then show where the project may go, with what each move finds."""
        self._project_id, self.key = str(project_id), ""
        self._offer(())
        self.overriding = None
        self.reason_error = ""
        self.is_open = True
        yield None
        try:
            found = await call(previews.preview_moves, current_actor(), project_id)
        except PmflowError:
            self.is_open = False
            raise
        self.key = found[0].key if found else ""
        self._offer(found)

    @event(allow=Role.EDITOR)
    async def set_open(self, is_open: bool) -> None:
        """Close the dialog, or leave it open."""
        self.is_open = is_open

    @event(allow=Role.EDITOR)
    async def choose(self, stage: Slug) -> AsyncIterator[Reply]:
        """Move the project there; what refuses stands in the dialog."""
        async for reply in self._move(stage, None):
            yield reply

    @event(allow=Role.ADMIN)
    async def ask_override(self, stage: Slug) -> None:
        """Ask for the reason that an override keeps."""
        self.overriding = next((each for each in self.options if each.stage == stage), None)
        self.reason_error = ""

    @event(allow=Role.ADMIN)
    async def override(self, form: OverrideForm) -> AsyncIterator[Reply]:
        """Move the project although a gate failed; the reason is kept with the decision."""
        if not form.reason:
            self.reason_error = "Say why; it is kept in the audit log."
            return
        if self.overriding is not None:
            async for reply in self._move(self.overriding.stage, form.reason):
                yield reply

    def _offer(self, found: tuple[MovePreview, ...]) -> None:
        self.options = [option_of(preview) for preview in found]
        self.refusal = next((preview.refusal for preview in found if preview.refusal), "")

    async def _move(self, stage: str, reason: str | None) -> AsyncIterator[Reply]:
        if not self._project_id:
            raise NotFound("There is no such project.")
        actor, project_id = current_actor(), opened(self._project_id)
        try:
            await call(board.move, actor, project_id, stage, reason)
        except PmflowError as error:
            self._offer(await call(previews.preview_moves, actor, project_id))
            yield toasts.refuse(f"{self.key} was not moved. {error}")
            return
        self.is_open = False
        name = next((each.name for each in self.options if each.stage == stage), stage)
        yield toasts.say(f"Moved {self.key} to {name}")
        yield (
            BoardState.refresh()
            if self.router.url.path.endswith("/board")
            else (ProjectState.refresh())
        )
