"""A document's page: reading, comparing versions, and editing without losing anybody's words."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

import reflex as rx
from pydantic import BaseModel, Field, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import drafts, reads
from pmflow_core.board import service as board
from pmflow_core.board.schemas import DocumentRead
from pmflow_core.board.service import DocumentChanged
from pmflow_core.board.shown_documents import known_signals, read_document
from pmflow_core.db import Session
from pmflow_core.documents.service import MAX_CHARACTERS
from pmflow_core.errors import Invalid
from pmflow_core.events import topics
from pmflow_ui import toasts, watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.prose import Block, Cited, parse_document
from pmflow_ui.state.document_diff import DiffRow, DiffView, compare
from pmflow_ui.state.document_marks import marked_blocks
from pmflow_ui.state.document_rows import (
    DocumentHead,
    OutlineLine,
    VersionLine,
    count_words,
    earlier_of,
    head_of,
    outline_of,
    versions_of,
)
from pmflow_ui.state.project import Address, read_address
from pmflow_ui.state.project_rows import EarlierLine

Number = Annotated[int, Field(ge=1, le=999_999)]
NOWHERE = Address(base="", key="")


class Edit(BaseModel):
    """What the editor sends: the text as it was typed, without anything cut off."""

    content: Annotated[str, StringConstraints(max_length=MAX_CHARACTERS)]


class DocumentState(rx.State):
    """One version of a document, a comparison of two, or the text being edited."""

    ready: rx.Field[bool] = rx.field(False)
    mode: rx.Field[str] = rx.field("read")
    inline: rx.Field[bool] = rx.field(False)
    head: rx.Field[DocumentHead] = rx.field(default_factory=DocumentHead)
    blocks: rx.Field[list[Block]] = rx.field(default_factory=list)
    outline: rx.Field[list[OutlineLine]] = rx.field(default_factory=list)
    versions: rx.Field[list[VersionLine]] = rx.field(default_factory=list)
    earlier: rx.Field[list[EarlierLine]] = rx.field(default_factory=list)
    faults: rx.Field[list[str]] = rx.field(default_factory=list)
    diff: rx.Field[DiffView] = rx.field(default_factory=DiffView)
    rows: rx.Field[list[DiffRow]] = rx.field(default_factory=list)
    text: rx.Field[str] = rx.field("")
    opened: rx.Field[int] = rx.field(0)
    words: rx.Field[int] = rx.field(0)
    preview: rx.Field[list[Block]] = rx.field(default_factory=list)
    base_version: rx.Field[int] = rx.field(0)
    newer: rx.Field[int] = rx.field(0)
    edit_error: rx.Field[str] = rx.field("")
    kept_at: rx.Field[str] = rx.field("")
    _address: Address = NOWHERE
    _number: int | None = None
    _against: int | None = None
    _content: str = ""
    _discarded: tuple[str, int] | None = None

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show what the address asks for: a version, a comparison, or the editor."""
        actor = current_actor()
        query = self.router.url.query_parameters
        address = read_address(self.router.url.path)
        if address != self._address:
            self.ready = False
        self._address = address
        project_id = await call(reads.find_project, actor, address.key)
        watch.watch(self, [topics.project(project_id)], DocumentState.refresh())
        self._number = _number(query.get("version"))
        self._against = _number(query.get("diff"))
        self.inline = query.get("layout") == "inline"
        edits = query.get("view") == "edit" and actor.may(Role.EDITOR)
        editing = self.ready and self.mode == "edit"
        self.mode = "diff" if self._against else ("edit" if edits else "read")
        await self._load(actor)
        # The page loads anew when a lost connection is back: what was typed must survive that.
        if self.mode == "edit" and not editing:
            await self._open_editor(actor)
        self.ready = True

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Show the document as it is now; the text of somebody who edits is left alone."""
        if not self._address.key:
            return
        await self._load(current_actor())
        self.newer = self.head.latest if self.head.latest > self.base_version else 0

    @event(allow=Role.EDITOR, debounce=400)
    async def typed(self, content: Annotated[str, StringConstraints(max_length=400_000)]) -> None:
        """Count the words of the draft and show how it will read."""
        actor, address = current_actor(), self._address
        await self._preview(actor, content)
        # A tab that is reloaded draws the editor from here before anything else is asked.
        self.text = content
        self.edit_error = ""
        text = content.replace("\r\n", "\n")
        where = (address.key, address.kind, text)
        kept = await call(drafts.keep_draft, actor, *where, base=self.base_version)
        self.kept_at = "" if kept is None else kept.saved_at.isoformat()

    @event(allow=Role.EDITOR)
    async def discard(self) -> EventSpec:
        """Forget the draft, with a way back, and begin again from the newest version."""
        actor, address = current_actor(), self._address
        found = await call(drafts.find_draft, actor, address.key, address.kind)
        await call(drafts.drop_draft, actor, address.key, address.kind)
        await self._open_editor(actor)
        if found is None:
            return toasts.say("There was no draft")
        self._discarded = (found.content, found.base)
        return toasts.offer_undo("Discarded your draft", DocumentState.take_up())

    @event(allow=Role.EDITOR)
    async def take_up(self) -> None:
        """Go on with the draft that was discarded last."""
        actor, address = current_actor(), self._address
        if self._discarded is None:
            return
        content, base = self._discarded
        await call(drafts.keep_draft, actor, address.key, address.kind, content, base=base)
        await self._open_editor(actor)

    @event(allow=Role.EDITOR)
    async def save(self, form: Edit) -> AsyncIterator[EventSpec | None]:
        """Write the draft as the next version, unless somebody wrote one meanwhile."""
        actor, address = current_actor(), self._address
        content = form.content.replace("\r\n", "\n")
        try:
            number = await call(_save, actor, address, content, self.base_version)
        except DocumentChanged as error:
            self.edit_error = str(error)
            self.newer = (await call(read_document, actor, address.key, address.kind)).latest
            return
        except Invalid as error:
            self.edit_error = str(error)
            return
        yield toasts.say(f"Saved as version {number}; the gates were checked again")
        yield rx.redirect(self.head.href)

    @event(allow=Role.EDITOR)
    async def save_over(self) -> None:
        """Let the next save follow the newer version, after it was compared."""
        self.base_version = max(self.base_version, self.newer)
        self.newer = 0
        self.edit_error = ""

    @event(allow=Role.EDITOR)
    async def restore(self) -> AsyncIterator[EventSpec | None]:
        """Write the older version of the comparison as the next one; none is lost."""
        actor = current_actor()
        yield await self._write_again(actor, self._against, self.head.latest)
        yield rx.redirect(self.head.href)

    @event(allow=Role.EDITOR)
    async def bring_back(self, number: Number, after: Number) -> EventSpec:
        """Write a version as the one that follows `after`, as the way back from a restore does."""
        actor = current_actor()
        said = await self._write_again(actor, number, after)
        await self._load(actor)
        return said

    @event(allow=Role.VIEWER)
    async def download(self) -> EventSpec:
        """Hand the version in view to the browser as a Markdown file."""
        name = f"{self.head.key}-{self._address.kind}-v{self.head.version}.md".lower()
        return rx.download(data=self._content, filename=name)

    @event(allow=Role.VIEWER)
    async def lay_out(self, layout: Literal["side", "inline"]) -> EventSpec:
        """Show the comparison side by side or in one column; the address remembers it."""
        shown = "" if self._number is None else f"&version={self._number}"
        more = "&layout=inline" if layout == "inline" else ""
        return rx.redirect(f"{self.head.href}?diff={self._against}{shown}{more}", replace=True)

    async def _write_again(self, actor: Actor, version: int | None, last: int) -> EventSpec:
        """Write a version as the one after `last`, and return the words with the way back."""
        address = self._address
        old = await call(read_document, actor, address.key, address.kind, version)
        number = await call(_edit, actor, address, old.content, last)
        said = f"Restored version {old.version} as version {number}"
        return toasts.offer_undo(said, DocumentState.bring_back(last, number))

    async def _open_editor(self, actor: Actor) -> None:
        """Begin from the draft that was not saved yet, without one from the newest text."""
        address = self._address
        kept = await call(drafts.find_draft, actor, address.key, address.kind)
        self.text = self._content if kept is None else kept.content
        self.kept_at = "" if kept is None else kept.saved_at.isoformat()
        self.opened += 1
        await self._preview(actor, self.text)
        self.base_version = self.head.latest if kept is None else kept.base
        self.newer = self.head.latest if self.head.latest > self.base_version else 0
        self.edit_error = ""

    async def _preview(self, actor: Actor, content: str) -> None:
        known = await call(known_signals, actor, content)
        base = self._address.base
        cited = {number: Cited(f"{base}/signals?signal={number}") for number in known}
        self.words = count_words(content)
        self.preview = parse_document(content, cited)

    async def _load(self, actor: Actor) -> None:
        address = self._address
        number = None if self.mode == "edit" else self._number
        read = await call(read_document, actor, address.key, address.kind, number)
        self._content = read.content
        self.head = head_of(read, address.base)
        self.versions = versions_of(read, address.base)
        self.earlier = earlier_of(read, address.base)
        if self.mode == "diff":
            old = await call(read_document, actor, address.key, address.kind, self._against)
            self.diff, self.rows = compare(old, read)
        elif self.mode == "read":
            self._show(read)

    def _show(self, read: DocumentRead) -> None:
        self.blocks = marked_blocks(read, self._address.base)
        self.outline = outline_of(read)
        self.faults = list(read.faults)


def _save(session: Session, actor: Actor, address: Address, content: str, base: int) -> int:
    where = (address.key, address.kind, content)
    return drafts.save_version(session, actor, *where, base=base).number


def _edit(session: Session, actor: Actor, address: Address, content: str, base: int) -> int:
    return board.edit_document(session, actor, address.key, address.kind, content, base=base).number


def _number(text: str | None) -> int | None:
    """Return a version's number from the address; what is none is left out."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 6:
        return None
    return int(text) or None
