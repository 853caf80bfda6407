"""The personas of a workspace, the one that is open, and writing it."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Conflict
from pmflow_core.events import topics
from pmflow_core.knowledge import service as knowledge
from pmflow_core.knowledge.schemas import MAX_DESCRIPTION, PersonaEdit, PersonaIn, PersonaRead
from pmflow_core.signals import personas
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event, opened
from pmflow_ui.prose import Block, parse_document
from pmflow_ui.toasts import offer_undo, say
from pmflow_ui.viewer import workspace_slug

NEW = "new"
VOTERS = 4
Short = Annotated[str, StringConstraints(max_length=200)]
Draft = Annotated[str, StringConstraints(max_length=MAX_DESCRIPTION * 2)]
Key = Literal["j", "k", "Enter", "Escape", "e", "c"]


class PersonaForm(BaseModel):
    """What a person types about a persona."""

    name: Short = ""
    segment: Short = ""
    weight: Short = "1"
    description: Draft = ""


@dataclass(frozen=True)
class PersonaRow:
    """A persona as a line of the list."""

    id: str
    name: str
    note: str
    votes: bool


@dataclass(frozen=True)
class PersonaCard:
    """The open persona; an empty id means that none is."""

    id: str = ""
    name: str = ""
    segment: str = ""
    weight: str = "1"
    description: str = ""
    signals_words: str = ""


class PersonasState(rx.State):
    """The list and what is open beside it; the address says the same."""

    rows: rx.Field[list[PersonaRow]] = rx.field(default_factory=list)
    card: rx.Field[PersonaCard] = rx.field(default_factory=PersonaCard)
    blocks: rx.Field[list[Block]] = rx.field(default_factory=list)
    preview: rx.Field[list[Block]] = rx.field(default_factory=list)
    jury_words: rx.Field[str] = rx.field("")
    editing: rx.Field[bool] = rx.field(False)
    opened: rx.Field[int] = rx.field(0)
    edit_error: rx.Field[str] = rx.field("")
    missing: rx.Field[bool] = rx.field(False)
    address: rx.Field[str] = rx.field("")
    current_row: rx.Field[str] = rx.field("")
    ready: rx.Field[bool] = rx.field(False)
    _slug: str = ""
    _found: list[PersonaRead] = []  # noqa: RUF012 Reflex copies it per tab

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the personas, and the one that the address opens."""
        actor = current_actor()
        given = self.router.url.query_parameters
        wanted, edits = str(given.get("persona") or ""), given.get("view") == "edit"
        self._slug = workspace_slug(self.router.url.path) or ""
        watch.watch(self, [topics.signals(actor.workspace_id)], PersonasState.refresh())
        await self._read(actor)
        # The page loads anew when a lost connection is back: what is being typed must survive it.
        if self.editing and edits and wanted == self.card.id:
            return
        self.editing = False
        self._show("" if wanted == NEW else wanted)
        if edits and actor.may(Role.EDITOR) and (self.card.id or wanted == NEW):
            self._begin(self.card if self.card.id else PersonaCard(id=NEW))

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again; what somebody types stays."""
        await self._read(current_actor())
        if not self.editing:
            self._show(self.card.id)

    @event(allow=Role.VIEWER)
    async def open(self, persona_id: Short) -> None:
        """Open a persona beside the list; an empty id closes it."""
        self.editing = False
        self._show(persona_id)

    @event(allow=Role.VIEWER)
    async def press(self, key: Key) -> None:
        """Do what a key asks for."""
        if key in ("j", "k"):
            self._walk(1 if key == "j" else -1)
        elif key == "Escape":
            self.editing = False
            self._show("")
        elif key == "c" and current_actor().may(Role.EDITOR):
            self._begin(PersonaCard(id=NEW))
        elif key == "e" and self.card.id and current_actor().may(Role.EDITOR):
            self._begin(self.card)

    @event(allow=Role.EDITOR)
    async def create(self) -> None:
        """Begin a new persona."""
        self._begin(PersonaCard(id=NEW))

    @event(allow=Role.EDITOR)
    async def edit(self) -> None:
        """Begin to change the open persona."""
        if self.card.id:
            self._begin(self.card)

    @event(allow=Role.EDITOR)
    async def cancel(self) -> None:
        """Leave the persona as it was."""
        self.editing, opened = False, self.card.id
        self._show("" if opened == NEW else opened)

    @event(allow=Role.EDITOR, debounce=300)
    async def typed(self, text: Draft) -> None:
        """Show how the description will read."""
        self.preview = parse_document(text)

    @event(allow=Role.EDITOR)
    async def save(self, form: PersonaForm) -> EventSpec | None:
        """Take over what was typed, or say beneath what is wrong with it."""
        self.edit_error = _fault(form)
        if self.edit_error:
            return None
        actor = current_actor()
        told = PersonaIn(
            name=form.name,
            segment=form.segment,
            weight=float(form.weight.replace(",", ".")),
            description=form.description.replace("\r\n", "\n"),
        )
        try:
            made = await self._write(actor, told)
        except Conflict as error:
            self.edit_error = str(error)
            return None
        self.editing = False
        await self._read(actor)
        self._show(str(made.id))
        return say(f"Saved {made.name}")

    @event(allow=Role.EDITOR)
    async def delete(self) -> EventSpec:
        """Move the open persona into the bin."""
        actor, name, gone = current_actor(), self.card.name, opened(self.card.id)
        await call(knowledge.delete, actor, gone)
        self.editing = False
        await self._read(actor)
        self._show("")
        return offer_undo(f"Moved {name} to the bin", PersonasState.restore(gone))

    @event(allow=Role.EDITOR)
    async def restore(self, persona_id: UUID) -> EventSpec:
        """Bring a persona back from the bin."""
        await call(knowledge.restore, current_actor(), persona_id)
        await self._read(current_actor())
        self._show(str(persona_id))
        return say("Restored")

    async def _write(self, actor: Actor, told: PersonaIn) -> PersonaRead:
        if self.card.id == NEW:
            return await call(knowledge.add, actor, told)
        changes = PersonaEdit.model_validate(told.model_dump())
        return await call(knowledge.edit, actor, opened(self.card.id), changes)

    async def _read(self, actor: Actor) -> None:
        self._found = await call(personas.list_personas, actor)
        self.rows = [_row(each) for each in self._found]
        voters = sum(row.votes for row in self.rows)
        self.jury_words = _jury(voters)
        self.ready = True

    def _begin(self, card: PersonaCard) -> None:
        self.card, self.editing, self.edit_error = card, True, ""
        self.preview = parse_document(card.description)
        self.opened += 1
        self._mirror()

    def _show(self, persona_id: str) -> None:
        found = next((each for each in self._found if str(each.id) == persona_id), None)
        self.missing = bool(persona_id) and found is None
        self.card = _card(found) if found else PersonaCard()
        self.blocks = parse_document(found.description) if found else []
        self._mirror()

    def _walk(self, step: int) -> None:
        if self.editing or not self.rows:
            return
        ids = [row.id for row in self.rows]
        here = ids.index(self.card.id) if self.card.id in ids else -1
        self._show(ids[0 if here < 0 else min(max(0, here + step), len(ids) - 1)])

    def _mirror(self) -> None:
        shown = self.card.id
        self.current_row = f"persona-{shown}" if shown else ""
        query = f"?persona={shown}{'&view=edit' if self.editing else ''}" if shown else ""
        self.address = f"/w/{self._slug}/personas{query}"


def _row(persona: PersonaRead) -> PersonaRow:
    parts = [persona.segment or "no segment", counted(persona.signals, "signal")]
    return PersonaRow(str(persona.id), persona.name, ", ".join(parts), _votes(persona))


def _card(persona: PersonaRead) -> PersonaCard:
    return PersonaCard(
        id=str(persona.id),
        name=persona.name,
        segment=persona.segment or "",
        weight=f"{persona.weight:g}",
        description=persona.description,
        signals_words=counted(persona.signals, "signal"),
    )


def _votes(persona: PersonaRead) -> bool:
    return persona.weight > 0 and bool(persona.description.strip())


def _jury(voters: int) -> str:
    if voters >= VOTERS:
        return f"{voters} personas vote in juries, in place of a recipe's own."
    more = counted(VOTERS - voters, "more persona")
    return f"Juries vote with the recipe's personas; {more} with a description would replace them."


def _fault(form: PersonaForm) -> str:
    """Return what is wrong with a form, empty when nothing is."""
    if not 0 < len(form.name.strip()) <= 80:
        return "A name has 1 to 80 characters."
    if len(form.description) > MAX_DESCRIPTION:
        return f"A description has at most {MAX_DESCRIPTION:,} characters."
    try:
        weight = float(form.weight.replace(",", "."))
    except ValueError:
        weight = -1.0
    return "" if 0 <= weight <= 10 else "The weight is a number from 0 to 10."
