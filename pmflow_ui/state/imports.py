"""Bringing signals in: pasting, importing files, and how far each import is."""

import asyncio
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Invalid
from pmflow_core.events import topics
from pmflow_core.intake import imports
from pmflow_core.intake.schemas import ImportProgress, ImportRead, PasteAs
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import ImportStatus
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event
from pmflow_ui.toasts import say

SHOWN = 8
LISTED = 50
# A message to the server may not be larger.
MOST_PASTED = 400_000
Document = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Pasted(BaseModel):
    """What the paste form sends."""

    text: Annotated[str, StringConstraints(max_length=MOST_PASTED)]


@dataclass(frozen=True)
class Refusal:
    """A line that gave no signal, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class ImportRow:
    """An import, its progress in words, and what it refused."""

    id: str
    name: str
    at: str
    words: str
    percent: int
    running: bool
    error: str
    rejected_words: str
    rejected: list[Refusal]
    more_rejected: str
    themed: bool


class ImportsState(rx.State):
    """The dialogs that bring signals in, and the newest imports."""

    importing: rx.Field[bool] = rx.field(False)
    pasting: rx.Field[bool] = rx.field(False)
    paste_as: rx.Field[str] = rx.field(PasteAs.LINES.value)
    paste_error: rx.Field[str] = rx.field("")
    rows: rx.Field[list[ImportRow]] = rx.field(default_factory=list)
    signals: rx.Field[int] = rx.field(0)
    waiting: rx.Field[int] = rx.field(0)
    ready: rx.Field[bool] = rx.field(False)
    # The browser's document in which the import's dialog was opened; empty until it says so.
    _document: str = ""

    @rx.var
    def empty(self) -> bool:
        """Return whether the workspace has no signal yet."""
        return self.ready and not self.signals

    @rx.var
    def running(self) -> list[ImportRow]:
        """Return the imports whose signals are still being read."""
        return [row for row in self.rows if row.running]

    @event(allow=Role.VIEWER)
    async def load(self) -> None:
        """Show the newest imports, and whether there is any signal at all.

        This runs again after a lost connection. The dialogs stay open then: what was pasted, and
        which column was chosen for the text, would be gone with them.
        """
        actor = current_actor()
        watch.watch(self, [topics.signals(actor.workspace_id)], ImportsState.refresh())
        await self._read(actor)

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again how far they are."""
        await self._read(current_actor())

    @event(allow=Role.EDITOR)
    async def show_import(self, is_open: bool) -> None:
        """Open or close the dialog for files."""
        self.importing, self._document = is_open, ""
        if is_open:
            actor = current_actor()
            # Not every page with the dialog loads the imports.
            watch.watch(self, [topics.signals(actor.workspace_id)], ImportsState.refresh())
            await self._read(actor)

    @event(allow=Role.EDITOR)
    async def shown_in(self, document: Document) -> None:
        """Close the dialog for files where it was opened in another document.

        It was left open in a page that was loaded anew, and does not come back over that.
        """
        if self._document not in ("", document):
            self.importing = False
        self._document = document if self.importing else ""

    @event(allow=Role.EDITOR)
    async def show_paste(self, is_open: bool) -> None:
        """Open or close the dialog for pasted text."""
        self.pasting, self.paste_error = is_open, ""

    @event(allow=Role.EDITOR)
    async def split(self, how: PasteAs) -> None:
        """Say how pasted text becomes signals."""
        self.paste_as = how.value

    @event(allow=Role.EDITOR)
    async def paste(self, form: Pasted) -> EventSpec | None:
        """Take in what was pasted; what is wrong stands under the field."""
        actor = current_actor()
        try:
            taken = await asyncio.to_thread(
                imports.paste, actor, form.text, split=PasteAs(self.paste_as)
            )
        except Invalid as error:
            self.paste_error = str(error)
            return None
        self.pasting, self.paste_error = False, ""
        await self._read(actor)
        return say(f"Added {counted(taken.created, 'signal')}")

    @event(allow=Role.EDITOR)
    async def imported(self, import_id: UUID) -> None:
        """Show how far a file is that the browser has just sent."""
        del import_id
        await self._read(current_actor())

    async def _read(self, actor: Actor) -> None:
        found = await call(imports.recent_imports, actor, SHOWN)
        counts = await call(signals.count, actor)
        self.rows = [as_row(*each) for each in found]
        self.signals, self.waiting = counts.total, counts.unprocessed
        self.ready = True


def as_row(read: ImportRead, progress: ImportProgress) -> ImportRow:
    """Return an import with its figures as one sentence."""
    running = progress.status is ImportStatus.RUNNING
    hidden = read.refused - min(len(read.rejected), LISTED)
    return ImportRow(
        id=str(read.id),
        name=read.name,
        at=read.created_at.isoformat(),
        words=_words(read, progress, running=running),
        percent=_percent(progress),
        running=running,
        error=progress.error or "",
        rejected_words=f"{counted(read.refused, 'line')} rejected" if read.refused else "",
        rejected=[Refusal(row.line, row.reason) for row in read.rejected[:LISTED]],
        more_rejected=f"and {hidden:,} more" if hidden else "",
        themed=not running and progress.themes > 0,
    )


def _percent(progress: ImportProgress) -> int:
    """Return how much is embedded and placed of what there is, or while it is read, may be."""
    whole = progress.total if progress.is_read else max(progress.expected, progress.total)
    return round(100 * progress.processed / whole) if whole else 100


def _words(read: ImportRead, progress: ImportProgress, *, running: bool) -> str:
    parts = []
    if running:
        parts.append(f"{progress.processed:,} prepared for themes")
    elif progress.themes:
        parts.append(f"in {counted(progress.themes, 'theme')}")
    if progress.failed:
        parts.append(f"{progress.failed:,} could not be prepared")
    if read.duplicates:
        parts.append(counted(read.duplicates, "duplicate"))
    if read.refused:
        parts.append(f"{counted(read.refused, 'line')} rejected")
    total = counted(read.created, "signal" if running else "new signal")
    if not progress.is_read:
        total = f"{progress.read:,} of about {progress.expected:,} read, {total}"
    return f"{total}: {', '.join(parts)}" if parts else total
