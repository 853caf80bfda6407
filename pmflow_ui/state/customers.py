"""The list of customers, the one that is open, and what is done with it."""

from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import shown_customers
from pmflow_core.customers import service as customers
from pmflow_core.customers.money import as_money
from pmflow_core.customers.schemas import CustomerEdit, CustomerQuery, CustomerSort
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_core.signals import customers as merges
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event, opened
from pmflow_ui.state.customers_rows import (
    CustomerCard,
    CustomerChoice,
    CustomerRow,
    Spot,
    amount,
    as_card,
    as_choice,
    as_row,
    as_spots,
)
from pmflow_ui.toasts import offer_undo, say
from pmflow_ui.viewer import workspace_slug

PAGE_SIZE = 50
Short = Annotated[str, StringConstraints(max_length=200)]
Key = Literal["j", "k", "Enter", "Escape", "e", "i"]


class CustomerForm(BaseModel):
    """What a person types about a customer."""

    name: Short = ""
    company: Short = ""
    tier: Short = ""
    annual_value: Short = ""


class CustomersState(rx.State):
    """What the list shows; the address says the same."""

    rows: rx.Field[list[CustomerRow]] = rx.field(default_factory=list)
    total: rx.Field[int] = rx.field(0)
    worth: rx.Field[str] = rx.field("")
    span: rx.Field[str] = rx.field("")
    search: rx.Field[str] = rx.field("")
    searched: rx.Field[int] = rx.field(0)
    sort: rx.Field[str] = rx.field(CustomerSort.SIGNALS.value)
    in_bin: rx.Field[bool] = rx.field(False)
    page: rx.Field[int] = rx.field(1)
    last_page: rx.Field[int] = rx.field(1)
    current: rx.Field[str] = rx.field("")
    current_row: rx.Field[str] = rx.field("")
    address: rx.Field[str] = rx.field("")
    ready: rx.Field[bool] = rx.field(False)
    card: rx.Field[CustomerCard] = rx.field(default_factory=CustomerCard)
    missing: rx.Field[bool] = rx.field(False)
    signals: rx.Field[list[Spot]] = rx.field(default_factory=list)
    themes: rx.Field[list[Spot]] = rx.field(default_factory=list)
    merged: rx.Field[list[Spot]] = rx.field(default_factory=list)
    editing: rx.Field[bool] = rx.field(False)
    edit_error: rx.Field[str] = rx.field("")
    merging: rx.Field[bool] = rx.field(False)
    choices: rx.Field[list[CustomerChoice]] = rx.field(default_factory=list)
    importing: rx.Field[bool] = rx.field(False)
    _slug: str = ""
    _edits: dict[int, tuple[UUID, CustomerEdit]] = {}  # noqa: RUF012 Reflex copies it per tab

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show what the address says, and the customer it opens."""
        actor = current_actor()
        given = self.router.url.query_parameters
        self._slug = workspace_slug(self.router.url.path) or ""
        self.search = str(given.get("q") or "")[:200]
        self.sort = _sort(str(given.get("sort") or ""))
        self.in_bin, self.page = given.get("bin") == "1", 1
        self.searched += 1
        watch.watch(self, [topics.signals(actor.workspace_id)], CustomersState.refresh())
        await self._read(actor)
        await self._show(actor, str(given.get("customer") or ""))

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again; what somebody types stays."""
        actor = current_actor()
        await self._read(actor)
        if self.card.id and not self.editing:
            await self._show(actor, self.card.id)

    @event(allow=Role.VIEWER, debounce=200)
    async def find(self, text: Short) -> None:
        """Show the customers in whose name, e-mail or company each word occurs."""
        self.search, self.page = text, 1
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def sort_by(self, name: CustomerSort) -> None:
        """Put others first."""
        self.sort, self.page = name.value, 1
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def show_bin(self, shown: bool) -> None:
        """Show the bin, or the living."""
        self.in_bin, self.page = shown, 1
        await self._show(current_actor(), "")
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def turn(self, step: Literal[-1, 1]) -> None:
        """Go to the next or the former page."""
        self.page = min(max(1, self.page + step), self.last_page)
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def open(self, customer_id: Short) -> None:
        """Open a customer beside the list; an empty id closes it."""
        await self._show(current_actor(), customer_id)

    @event(allow=Role.VIEWER)
    async def press(self, key: Key) -> None:
        """Do what a key asks for."""
        actor = current_actor()
        if key in ("j", "k"):
            await self._walk(actor, 1 if key == "j" else -1)
        elif key == "Enter":
            await self._show(actor, self.current)
        elif key == "Escape":
            await self._show(actor, "")
        elif actor.may(Role.EDITOR):
            self.editing = self.editing or (key == "e" and bool(self.card.id))
            self.importing = key == "i"

    @event(allow=Role.EDITOR)
    async def edit(self, editing: bool) -> None:
        """Begin to correct the open customer, or stop."""
        self.editing, self.edit_error = editing, ""

    @event(allow=Role.EDITOR)
    async def save(self, form: CustomerForm) -> EventSpec | None:
        """Take over what was typed, or say beneath what is wrong with it."""
        actor, value = current_actor(), as_money(form.annual_value)
        if form.annual_value.strip() and value is None:
            self.edit_error = "The annual value is a sum of at least 0, such as 12,000."
            return None
        if not form.name.strip():
            self.edit_error = "A customer keeps a name."
            return None
        changes = CustomerEdit(
            name=form.name, company=form.company, tier=form.tier, annual_value=value
        )
        before = CustomerEdit(
            name=self.card.name,
            company=self.card.company,
            tier=self.card.tier,
            annual_value=as_money(self.card.value),
        )
        customer_id = opened(self.card.id)
        await call(customers.edit, actor, customer_id, changes)
        self.editing, self.edit_error = False, ""
        await self._again(actor)
        self._edits = {**self._edits, len(self._edits): (customer_id, before)}
        undo = CustomersState.put_back(len(self._edits) - 1)
        return offer_undo(f"Saved {form.name.strip()}", undo)

    @event(allow=Role.EDITOR)
    async def put_back(self, number: int) -> EventSpec | None:
        """Have a customer as it was before a correction of this tab."""
        if number not in self._edits:
            return None
        await call(customers.edit, current_actor(), *self._edits[number])
        await self._again(current_actor())
        return say("Taken back")

    @event(allow=Role.EDITOR)
    async def delete(self) -> EventSpec:
        """Move the open customer into the bin."""
        actor, name, gone = current_actor(), self.card.name, opened(self.card.id)
        await call(customers.delete, actor, gone)
        await self._show(actor, "")
        await self._read(actor)
        return offer_undo(f"Moved {name} to the bin", CustomersState.restore(gone))

    @event(allow=Role.EDITOR)
    async def restore(self, customer_id: UUID) -> EventSpec:
        """Bring a customer back from the bin."""
        await call(customers.restore, current_actor(), customer_id)
        await self._again(current_actor())
        return say("Restored")

    @event(allow=Role.EDITOR)
    async def choose_merge(self, shown: bool) -> None:
        """Ask which customer is the same as the open one, or stop asking."""
        self.merging = shown
        if shown:
            await self._offer(current_actor(), "")

    @event(allow=Role.EDITOR, debounce=200)
    async def find_same(self, text: Short) -> None:
        """Offer the customers that a search finds."""
        await self._offer(current_actor(), text)

    @event(allow=Role.EDITOR)
    async def merge(self, other: UUID) -> EventSpec:
        """Merge another customer into the open one."""
        actor, name = current_actor(), self.card.name
        made = await call(merges.merge, actor, opened(self.card.id), other)
        self.merging = False
        await self._again(actor)
        return offer_undo(f"Merged into {name}", CustomersState.unmerge(made))

    @event(allow=Role.EDITOR)
    async def unmerge(self, merge_id: UUID) -> EventSpec:
        """Take a merge back."""
        await call(merges.unmerge, current_actor(), merge_id)
        await self._again(current_actor())
        return say("Taken apart again")

    @event(allow=Role.EDITOR)
    async def show_import(self, shown: bool) -> None:
        """Open the dialog for a file of customers, or close it."""
        self.importing = shown

    @event(allow=Role.EDITOR)
    async def imported(self) -> None:
        """Show what a file brought."""
        await self._again(current_actor())

    async def _read(self, actor: Actor) -> None:
        found = await call(shown_customers.list_customers, actor, self._query())
        self.last_page = max(1, -(-found.total // PAGE_SIZE))
        if self.page > self.last_page:
            self.page = self.last_page
            found = await call(shown_customers.list_customers, actor, self._query())
        self.rows = [as_row(each, found.themes) for each in found.items]
        self.total = found.total
        self.worth = amount(found.worth) if found.worth else ""
        first = (self.page - 1) * PAGE_SIZE
        last = first + len(self.rows)
        self.span = f"{first + 1:,}–{last:,} of {counted(found.total, 'customer')}"
        self._mirror()
        self.ready = True

    def _query(self) -> CustomerQuery:
        return CustomerQuery(
            search=self.search,
            deleted=self.in_bin,
            sort=CustomerSort(self.sort),
            offset=(self.page - 1) * PAGE_SIZE,
            limit=PAGE_SIZE,
        )

    async def _show(self, actor: Actor, customer_id: str) -> None:
        if customer_id != self.card.id:
            self.editing = self.merging = False
        self.missing = False
        try:
            wanted = UUID(customer_id) if customer_id else None
            shown = wanted and await call(shown_customers.get_customer, actor, wanted)
        except (NotFound, ValueError):
            self.missing, shown = True, None
        self.card = as_card(shown) if shown else CustomerCard(id="?" if self.missing else "")
        if shown:
            self.signals, self.themes, self.merged = as_spots(shown, self._slug)
            self._mark(self.card.id)
        self._mirror()

    async def _again(self, actor: Actor) -> None:
        await self._read(actor)
        await self._show(actor, self.card.id)

    async def _offer(self, actor: Actor, text: str) -> None:
        found = await call(shown_customers.find_choices, actor, text)
        self.choices = [as_choice(each) for each in found if str(each.id) != self.card.id]

    async def _walk(self, actor: Actor, step: int) -> None:
        ids = [row.id for row in self.rows]
        if not ids:
            return
        here = ids.index(self.current) if self.current in ids else -1
        self._mark(ids[0 if here < 0 else min(max(0, here + step), len(ids) - 1)])
        if self.card.id:
            await self._show(actor, self.current)

    def _mark(self, customer_id: str) -> None:
        self.current, self.current_row = customer_id, f"customer-{customer_id}"

    def _mirror(self) -> None:
        shown = {
            "q": self.search,
            "sort": "" if self.sort == CustomerSort.SIGNALS.value else self.sort,
            "bin": "1" if self.in_bin else "",
            "customer": "" if self.missing else self.card.id,
        }
        query = urlencode({name: value for name, value in shown.items() if value})
        self.address = f"/w/{self._slug}/customers{'?' if query else ''}{query}"


def _sort(name: str) -> str:
    return name if name in {each.value for each in CustomerSort} else CustomerSort.SIGNALS.value
