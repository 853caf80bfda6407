"""What a workspace's team knows: the list, the open record, its history, and writing it."""

from typing import Annotated, Literal
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Conflict
from pmflow_core.events import topics
from pmflow_core.knowledge import records
from pmflow_core.knowledge.models import RecordKind
from pmflow_core.knowledge.schemas import (
    MAX_DESCRIPTION,
    RecordEdit,
    RecordIn,
    RecordRead,
    VersionRead,
)
from pmflow_core.runs import told_records
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event, opened
from pmflow_ui.prose import Block, parse_document
from pmflow_ui.state.knowledge_rows import (
    RecordCard,
    RecordRow,
    UseRow,
    VersionRow,
    as_card,
    as_rows,
    as_use,
    as_version,
)
from pmflow_ui.toasts import offer_undo, say
from pmflow_ui.viewer import workspace_slug

NEW = "new"
Short = Annotated[str, StringConstraints(max_length=200)]
Draft = Annotated[str, StringConstraints(max_length=MAX_DESCRIPTION * 2)]
Key = Literal["j", "k", "Enter", "Escape", "e", "c", "h"]


class RecordForm(BaseModel):
    """What a person types about a record; a box that is not ticked is not sent."""

    kind: RecordKind
    title: Short = ""
    content: Draft = ""
    is_told: Short | bool = ""


class KnowledgeState(rx.State):
    """The list and what is open beside it; the address says the same."""

    rows: rx.Field[list[RecordRow]] = rx.field(default_factory=list)
    binned: rx.Field[list[RecordRow]] = rx.field(default_factory=list)
    card: rx.Field[RecordCard] = rx.field(default_factory=RecordCard)
    blocks: rx.Field[list[Block]] = rx.field(default_factory=list)
    preview: rx.Field[list[Block]] = rx.field(default_factory=list)
    versions: rx.Field[list[VersionRow]] = rx.field(default_factory=list)
    shown_version: rx.Field[int] = rx.field(0)
    uses: rx.Field[list[UseRow]] = rx.field(default_factory=list)
    history: rx.Field[bool] = rx.field(False)
    editing: rx.Field[bool] = rx.field(False)
    opened: rx.Field[int] = rx.field(0)
    edit_error: rx.Field[str] = rx.field("")
    missing: rx.Field[bool] = rx.field(False)
    address: rx.Field[str] = rx.field("")
    current_row: rx.Field[str] = rx.field("")
    ready: rx.Field[bool] = rx.field(False)
    _slug: str = ""
    _found: list[RecordRead] = []  # noqa: RUF012 Reflex copies it per tab
    _old: list[VersionRead] = []  # noqa: RUF012 Reflex copies it per tab

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show what the team knows, and the record that the address opens."""
        actor = current_actor()
        given = self.router.url.query_parameters
        wanted, view = str(given.get("record") or ""), given.get("view")
        self._slug = workspace_slug(self.router.url.path) or ""
        here = actor.workspace_id
        watched = [topics.knowledge(here), topics.board(here)]
        watch.watch(self, watched, KnowledgeState.refresh())
        await self._read(actor)
        # The page loads anew when a lost connection is back: what is being typed must survive it.
        if self.editing and view == "edit" and wanted == self.card.id:
            return
        self.editing, self.history = False, view == "history"
        await self._show(actor, "" if wanted == NEW else wanted)
        if view == "edit" and actor.may(Role.EDITOR) and (self.card.id or wanted == NEW):
            self._begin(self.card if self.card.id else RecordCard(id=NEW))

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again; what somebody types stays."""
        actor = current_actor()
        await self._read(actor)
        if not self.editing:
            await self._show(actor, self.card.id)

    @event(allow=Role.VIEWER)
    async def open(self, record_id: Short) -> None:
        """Open a record beside the list; an empty id closes it."""
        self.editing = self.history = False
        await self._show(current_actor(), record_id)

    @event(allow=Role.VIEWER)
    async def press(self, key: Key) -> None:
        """Do what a key asks for."""
        actor = current_actor()
        if key in ("j", "k"):
            await self._walk(actor, 1 if key == "j" else -1)
        elif key == "Escape":
            self.editing = self.history = False
            await self._show(actor, "")
        elif key == "h" and self.card.id and not self.editing:
            await self._turn(actor)
        elif key == "c" and actor.may(Role.EDITOR):
            self._begin(RecordCard(id=NEW))
        elif key == "e" and self.card.id and actor.may(Role.EDITOR):
            self._begin(self.card)

    @event(allow=Role.VIEWER)
    async def toggle_history(self) -> None:
        """Show the versions of the open record, or its text again."""
        if self.card.id and not self.editing:
            await self._turn(current_actor())

    @event(allow=Role.VIEWER)
    async def show_version(self, number: int) -> None:
        """Show how the open record read in a version."""
        old = next((each for each in self._old if each.number == number), None)
        if old is not None:
            self.shown_version, self.blocks = number, parse_document(old.content)

    @event(allow=Role.EDITOR)
    async def restore_version(self, number: int) -> EventSpec:
        """Make a version the newest one again."""
        actor = current_actor()
        made = await call(records.restore_version, actor, opened(self.card.id), number)
        await self._read(actor)
        await self._show(actor, str(made.id))
        return say(f"Version {number} holds again, as version {made.version}")

    @event(allow=Role.EDITOR)
    async def create(self) -> None:
        """Begin a new record."""
        self._begin(RecordCard(id=NEW))

    @event(allow=Role.EDITOR)
    async def edit(self) -> None:
        """Begin to change the open record."""
        if self.card.id:
            self._begin(self.card)

    @event(allow=Role.VIEWER)
    async def cancel(self) -> None:
        """Leave the record as it was."""
        self.editing, opened = False, self.card.id
        await self._show(current_actor(), "" if opened == NEW else opened)

    @event(allow=Role.EDITOR, debounce=300)
    async def typed(self, text: Draft) -> None:
        """Show how the text will read."""
        self.preview = parse_document(text)

    @event(allow=Role.EDITOR)
    async def save(self, form: RecordForm) -> EventSpec | None:
        """Take over what was typed, or say beneath what is wrong with it."""
        self.edit_error = _fault(form)
        if self.edit_error:
            return None
        actor = current_actor()
        try:
            made = await self._write(actor, form)
        except Conflict as error:
            self.edit_error = str(error)
            return None
        self.editing = False
        await self._read(actor)
        await self._show(actor, str(made.id))
        return say(f"Saved {made.title}")

    @event(allow=Role.EDITOR)
    async def delete(self) -> EventSpec:
        """Move the open record into the bin."""
        actor, title, gone = current_actor(), self.card.title, opened(self.card.id)
        await call(records.delete, actor, gone)
        self.editing = self.history = False
        await self._read(actor)
        await self._show(actor, "")
        return offer_undo(f"Moved {title} to the bin", KnowledgeState.restore(gone))

    @event(allow=Role.EDITOR)
    async def restore(self, record_id: UUID) -> EventSpec:
        """Bring a record back from the bin."""
        actor = current_actor()
        await call(records.restore, actor, record_id)
        await self._read(actor)
        await self._show(actor, str(record_id))
        return say("Restored")

    async def _write(self, actor: Actor, form: RecordForm) -> RecordRead:
        content, is_told = form.content.replace("\r\n", "\n"), bool(form.is_told)
        if self.card.id == NEW:
            told = RecordIn(kind=form.kind, title=form.title, content=content, is_told=is_told)
            return await call(records.add, actor, told)
        changes = RecordEdit(
            version=self.card.version,
            kind=form.kind,
            title=form.title,
            content=content,
            is_told=is_told,
        )
        return await call(records.edit, actor, opened(self.card.id), changes)

    async def _read(self, actor: Actor) -> None:
        self._found = await call(records.list_records, actor)
        uses = await call(told_records.count_uses, actor)
        self.rows = as_rows(self._found, uses)
        gone = await call(records.list_records, actor, deleted=True)
        self.binned = as_rows(gone, uses)
        self.ready = True

    def _begin(self, card: RecordCard) -> None:
        self.card, self.editing, self.edit_error = card, True, ""
        self.missing = self.history = False
        self.preview = parse_document(card.content)
        self.opened += 1
        self._mirror()

    async def _turn(self, actor: Actor) -> None:
        self.history = not self.history
        await self._show(actor, self.card.id)

    async def _show(self, actor: Actor, record_id: str) -> None:
        found = next((each for each in self._found if str(each.id) == record_id), None)
        self.missing = bool(record_id) and found is None
        self.card = as_card(found) if found else RecordCard()
        self.blocks = parse_document(found.content) if found else []
        self.uses, self.versions, self._old = [], [], []
        if found is not None:
            uses = await call(told_records.list_uses, actor, found.id, limit=8)
            self.uses = [as_use(use, self._slug, found.version) for use in uses]
            self._old = list(await call(records.list_versions, actor, found.id))
            self.versions = [as_version(each, found.version) for each in self._old]
            self.shown_version = found.version
        self._mirror()

    async def _walk(self, actor: Actor, step: int) -> None:
        if self.editing or not self.rows:
            return
        ids = [row.id for row in self.rows]
        here = ids.index(self.card.id) if self.card.id in ids else -1
        await self._show(actor, ids[0 if here < 0 else min(max(0, here + step), len(ids) - 1)])

    def _mirror(self) -> None:
        shown = self.card.id
        self.current_row = f"record-{shown}" if shown else ""
        view = "&view=edit" if self.editing else "&view=history" if self.history else ""
        query = f"?record={shown}{view}" if shown else ""
        self.address = f"/w/{self._slug}/knowledge{query}"


def _fault(form: RecordForm) -> str:
    """Return what is wrong with a form, empty when nothing is."""
    if not 0 < len(form.title.strip()) <= 120:
        return "A title has 1 to 120 characters."
    if not form.content.strip():
        return "A record says something: write its text."
    if len(form.content) > MAX_DESCRIPTION:
        return f"A record has at most {MAX_DESCRIPTION:,} characters."
    return ""
