"""The comments beside a document or a project, kept live."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity.comments import LONGEST, CommentIsEmpty, CommentRead
from pmflow_core.board import discussion, reads
from pmflow_core.board.discussion import Place
from pmflow_core.db import Session
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_core.workspaces import service as workspaces
from pmflow_ui import toasts, watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event
from pmflow_ui.prose import anchor_of
from pmflow_ui.state.project import read_address
from pmflow_ui.state.project_rows import Person, person

Words = Annotated[str, StringConstraints(max_length=LONGEST * 2)]
Title = Annotated[str, StringConstraints(max_length=200)]


class Said(BaseModel):
    """What the form of a comment sends."""

    text: Words = ""
    section: Title = ""


@dataclass(frozen=True)
class Piece:
    """A stretch of a comment; `named` is a member's name."""

    text: str
    named: bool = False


@dataclass(frozen=True)
class Line:
    """One comment as it is drawn; `text` is what its writer corrects."""

    id: str = ""
    author: Person = field(default_factory=Person)
    at: str = ""
    text: str = ""
    pieces: list[Piece] = field(default_factory=list)
    edited: bool = False
    deleted: bool = False
    mine: bool = False
    can_delete: bool = False


@dataclass(frozen=True)
class Thread:
    """A comment with its answers; `resolved` names who closed it."""

    id: str
    section: str
    href: str
    resolved: str
    first: Line
    replies: list[Line] = field(default_factory=list)


class CommentsState(rx.State):
    """The threads at the address, and the comment that is being written."""

    threads: rx.Field[list[Thread]] = rx.field(default_factory=list)
    closed: rx.Field[list[Thread]] = rx.field(default_factory=list)
    sections: rx.Field[list[str]] = rx.field(default_factory=list)
    by_section: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    members: rx.Field[list[str]] = rx.field(default_factory=list)
    others: rx.Field[list[str]] = rx.field(default_factory=list)
    words: rx.Field[str] = rx.field("")
    about: rx.Field[str] = rx.field("")
    draft: rx.Field[str] = rx.field("")
    composed: rx.Field[int] = rx.field(0)
    answering: rx.Field[str] = rx.field("")
    editing: rx.Field[str] = rx.field("")
    show_closed: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")
    _typed: str = ""
    _place: Place = Place("")

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the threads of the address and keep them live."""
        actor = current_actor()
        address = read_address(self.router.url.path)
        place = Place(address.key, address.kind or None)
        if place != self._place:
            self.about = self.answering = self.editing = self.error = self.draft = self._typed = ""
            self.composed += 1
        self._place = place
        project_id = await call(reads.find_project, actor, address.key)
        watch.watch(self, [topics.project(project_id)], CommentsState.refresh())
        members = await call(workspaces.list_members, actor)
        self.members = sorted({each.name for each in members})
        self.others = sorted({each.name for each in members if each.user_id != actor.user_id})
        await self._read(actor)

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Show what was said meanwhile; what is being written is left alone."""
        if self._place.key:
            await self._read(current_actor())

    @event(allow=Role.EDITOR, debounce=250)
    async def typed(self, text: Words) -> None:
        """Note what is being written, for a name to be put behind it."""
        self._typed = text

    @event(allow=Role.EDITOR)
    async def name_member(self, name: Title) -> None:
        """Put `@name` behind what is being written."""
        before = f"{self._typed.rstrip()} " if self._typed.strip() else ""
        self.draft = self._typed = f"{before}@{name} "
        self.composed += 1

    @event(allow=Role.EDITOR)
    async def speak_of(self, section: Title) -> None:
        """Begin a comment on a section."""
        self.about = section if section in self.sections else ""
        self.draft, self.answering, self.editing = self._typed, "", ""
        self.composed += 1

    @event(allow=Role.EDITOR)
    async def answer(self, thread: Title) -> None:
        """Open the field for an answer to a thread; an empty id closes it."""
        self.answering, self.editing, self.error = thread, "", ""

    @event(allow=Role.EDITOR)
    async def correct(self, comment: Title) -> None:
        """Open the field in which a comment is corrected; an empty id closes it."""
        self.editing, self.answering, self.error = comment, "", ""

    @event(allow=Role.EDITOR)
    async def say(self, form: Said) -> None:
        """Begin a thread."""
        actor = current_actor()
        section = form.section if form.section in self.sections else None
        try:
            await call(discussion.say, actor, self._place, form.text, section=section)
        except CommentIsEmpty as error:
            self.error = str(error)
            return
        self.draft = self._typed = self.error = self.about = ""
        self.composed += 1
        await self._read(actor)

    @event(allow=Role.EDITOR)
    async def say_answer(self, form: Said) -> None:
        """Answer the thread whose field is open."""
        actor = current_actor()
        try:
            thread = UUID(self.answering)
            await call(discussion.say, actor, self._place, form.text, reply_to=thread)
        except CommentIsEmpty as error:
            self.error = str(error)
            return
        except ValueError as error:
            raise NotFound("That thread is closed; open it again.") from error
        self.answering = self.error = ""
        await self._read(actor)

    @event(allow=Role.EDITOR)
    async def say_correction(self, form: Said) -> None:
        """Change the comment whose field is open."""
        actor = current_actor()
        try:
            await call(discussion.correct, actor, self._place, UUID(self.editing), form.text)
        except CommentIsEmpty as error:
            self.error = str(error)
            return
        except ValueError as error:
            raise NotFound("That comment is not open any more.") from error
        self.editing = self.error = ""
        await self._read(actor)

    @event(allow=Role.EDITOR)
    async def delete(self, comment: UUID) -> AsyncIterator[EventSpec | None]:
        """Delete a comment, with a way back."""
        actor = current_actor()
        await call(discussion.delete, actor, self._place, comment)
        await self._read(actor)
        yield toasts.offer_undo("Deleted the comment", CommentsState.restore(comment))

    @event(allow=Role.EDITOR)
    async def restore(self, comment: UUID) -> None:
        """Bring a deleted comment back."""
        actor = current_actor()
        await call(discussion.restore, actor, self._place, comment)
        await self._read(actor)

    @event(allow=Role.EDITOR)
    async def resolve(self, thread: UUID, resolved: bool) -> None:
        """Close a thread, or open it again."""
        actor = current_actor()
        await call(discussion.resolve, actor, self._place, thread, resolved=resolved)
        await self._read(actor)

    @event(allow=Role.VIEWER)
    async def toggle_closed(self) -> None:
        """Show the closed threads too, or hide them."""
        self.show_closed = not self.show_closed

    async def _read(self, actor: Actor) -> None:
        found, titles = await call(_read, actor, self._place)
        lines = [thread_of(each, actor, self.members, titles) for each in found]
        self.threads = [line for line in lines if not line.resolved]
        self.closed = [line for line in lines if line.resolved]
        self.sections = titles
        counts = {title: sum(line.section == title for line in self.threads) for title in titles}
        self.by_section = {title: str(number) for title, number in counts.items() if number}
        self.words = counted(len(self.closed), "closed thread")


def thread_of(read: CommentRead, actor: Actor, members: list[str], titles: list[str]) -> Thread:
    """Return a thread; its section leads nowhere once the document has none of that title."""
    section = read.section or ""
    return Thread(
        id=str(read.id),
        section=section,
        href=f"#{anchor_of(section)}" if section in titles else "",
        resolved=read.resolved_by or "",
        first=_line(read, actor, members),
        replies=[_line(reply, actor, members) for reply in read.replies],
    )


def pieces_of(text: str, members: list[str]) -> list[Piece]:
    """Return a comment's text with the members it names set apart, as `@name`."""
    names = sorted((f"@{name}" for name in members if name), key=lambda name: (-len(name), name))
    found: list[Piece] = []
    plain = ""
    at = 0
    while at < len(text):
        name = next((one for one in names if _names(text, at, one)), "")
        if not name:
            plain += text[at]
            at += 1
            continue
        if plain:
            found.append(Piece(plain))
        found.append(Piece(text[at : at + len(name)], named=True))
        plain, at = "", at + len(name)
    return [*found, Piece(plain)] if plain else found


def _names(text: str, at: int, name: str) -> bool:
    """Return whether a name stands at a place, as a whole."""
    end = at + len(name)
    before = text[at - 1] if at else " "
    after = text[end] if end < len(text) else " "
    here = text[at:end].casefold() == name.casefold()
    return here and not _in_word(before) and not _in_word(after)


def _in_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _line(read: CommentRead, actor: Actor, members: list[str]) -> Line:
    mine = actor.user_id is not None and read.author_id == actor.user_id
    return Line(
        id=str(read.id),
        author=person(read.author, mine=mine),
        at=read.at.isoformat(),
        text=read.text,
        pieces=pieces_of(read.text, members),
        edited=read.is_edited,
        deleted=read.is_deleted,
        mine=mine and actor.may(Role.EDITOR),
        can_delete=actor.may(Role.ADMIN) or (mine and actor.may(Role.EDITOR)),
    )


def _read(
    session: Session, actor: Actor, place: Place
) -> tuple[tuple[CommentRead, ...], list[str]]:
    """Return the threads of a place, and the titles of its document's sections."""
    titles = discussion.section_titles(session, actor, place)
    return discussion.list_threads(session, actor, place), list(titles)
