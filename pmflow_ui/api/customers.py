"""Customers as programs see them: listed, corrected, merged, and taken in from a file."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import shown_customers
from pmflow_core.customers import service as customers
from pmflow_core.customers.schemas import CustomerEdit, CustomerQuery, CustomerSort
from pmflow_core.db import Session
from pmflow_core.errors import TooLarge
from pmflow_core.signals import customers as merges
from pmflow_core.signals.customer_file import import_customers, read_customer_file
from pmflow_core.signals.parsing import UPLOAD_MAX_BYTES
from pmflow_core.signals.schemas import Rejection
from pmflow_ui.access import member
from pmflow_ui.api import paging
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit, Number
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}", tags=["customers"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
_CSV = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class CustomerFileTooLarge(TooLarge):
    """More was sent than is taken."""

    code = "customer_file_too_large"


class Customer(Shape):
    """A person or company that signals came from; the value is annual, in one currency."""

    id: UUID
    name: str
    email: str | None
    company: str | None
    tier: str | None
    annual_value: Decimal | None
    is_deleted: bool
    signals: int
    last_signal_at: datetime | None


class ThemeOf(Shape):
    """A theme that a customer's signals are in."""

    id: UUID
    label: str
    signals: int


class Merged(Shape):
    """A customer that was merged into another; `id` is that of the merge."""

    id: UUID
    name: str
    email: str | None
    merged_at: datetime


class CustomerDetail(BaseModel):
    """A customer with the newest of its signals, its themes, and whom it stands for."""

    customer: Customer
    signals: Sequence[str]
    themes: Sequence[ThemeOf]
    merges: Sequence[Merged]


class MergeIn(BaseModel):
    """Which customer becomes part of the one in the path."""

    model_config = ConfigDict(extra="forbid")

    other: UUID


class MergeMade(BaseModel):
    """The merge, by which it is taken back."""

    merge: UUID


class Imported(Shape):
    """What a file of customers came to; of the refused lines the first 100 are listed."""

    created: int
    changed: int
    unchanged: int
    refused: int
    rejected: Sequence[Rejection]


class CustomerChoice(BaseModel):
    """Whose signal it is; null for nobody's."""

    model_config = ConfigDict(extra="forbid")

    customer: UUID | None


@router.get("/customers")
async def list_customers(
    viewer: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
    q: Annotated[str, Query(max_length=200, description="Part of name, e-mail, company.")] = "",
    sort: CustomerSort = CustomerSort.SIGNALS,
    *,
    deleted: Annotated[bool, Query(description="The bin instead.")] = False,
) -> Page[Customer]:
    """List the customers, those with most signals first unless asked otherwise."""
    start = paging.as_number(cursor) or 0
    query = CustomerQuery(
        search=q, deleted=deleted, sort=sort, offset=min(start, 1_000_000), limit=limit
    )
    found = await call(merges.list_customers, member(viewer), query)
    end = start + len(found.items)
    more = str(end) if end < found.total and found.items else None
    return Page(items=[Customer.model_validate(each) for each in found.items], next_cursor=more)


@router.get("/customers/{customer_id}")
async def get_customer(customer_id: UUID, viewer: Reader) -> CustomerDetail:
    """Return a customer, also one in the bin."""
    return await call(_detail, member(viewer), customer_id)


@router.patch("/customers/{customer_id}", openapi_extra=described(CustomerEdit))
async def edit_customer(
    customer_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[CustomerEdit], Depends(Body(CustomerEdit))],
) -> CustomerDetail:
    """Correct a customer; fields left out stay."""

    def do(session: Session, actor: Actor) -> CustomerDetail:
        customers.edit(session, actor, customer_id, sent.value)
        return _detail(session, actor, customer_id)

    return await call(do, member(viewer))


@router.delete("/customers/{customer_id}", status_code=204)
async def delete_customer(customer_id: UUID, viewer: Editor) -> None:
    """Move a customer into the bin."""
    await call(customers.delete, member(viewer), customer_id)


@router.post("/customers/{customer_id}/restore", status_code=204)
async def restore_customer(customer_id: UUID, viewer: Editor) -> None:
    """Bring a customer back from the bin."""
    await call(customers.restore, member(viewer), customer_id)


@router.post(
    "/customers/{customer_id}/merge", response_model=MergeMade, openapi_extra=described(MergeIn)
)
async def merge_customer(
    request: Request,
    customer_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[MergeIn], Depends(Body(MergeIn))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Merge another customer into this one, with its signals and what only it is known for."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return MergeMade(merge=merges.merge(session, actor, customer_id, sent.value.other))

    return await answer(request, member(viewer), sent.raw, act)


@router.post("/customers/merges/{merge_id}/undo", status_code=204)
async def unmerge_customer(merge_id: UUID, viewer: Editor) -> None:
    """Take a merge back: both customers have what was theirs."""
    await call(merges.unmerge, member(viewer), merge_id)


@router.post("/customers/import", openapi_extra=_CSV)
async def import_file(request: Request, viewer: Editor) -> Imported:
    """Make or correct customers from a CSV body with email, name, company, tier, annual_value."""
    actor = member(viewer)
    with NamedTemporaryFile(prefix="pmflow-customers-", suffix=".csv") as file:
        await _receive(request, file)
        read = await asyncio.to_thread(read_customer_file, Path(file.name), "customers.csv")
    made = await call(import_customers, actor, read)
    return Imported.model_validate(made)


@router.put("/signals/{number}/customer", openapi_extra=described(CustomerChoice))
async def choose_customer(
    number: Number,
    viewer: Editor,
    sent: Annotated[Sent[CustomerChoice], Depends(Body(CustomerChoice))],
) -> Customer | None:
    """Say by hand whose signal it is; nothing overwrites that afterwards."""

    def do(session: Session, actor: Actor) -> Customer | None:
        merges.attach(session, actor, number, sent.value.customer)
        found = merges.customer_of(session, actor, number)
        return None if found is None else Customer.model_validate(found)

    return await call(do, member(viewer))


def _detail(session: Session, actor: Actor, customer_id: UUID) -> CustomerDetail:
    found = shown_customers.get_customer(session, actor, customer_id)
    return CustomerDetail(
        customer=Customer.model_validate(found.detail.customer),
        signals=[row.name for row in found.detail.signals],
        themes=[ThemeOf.model_validate(asdict(each)) for each in found.themes],
        merges=[Merged.model_validate(each) for each in found.detail.merges],
    )


async def _receive(request: Request, file: Any) -> None:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > UPLOAD_MAX_BYTES:
            raise CustomerFileTooLarge(
                f"At most {UPLOAD_MAX_BYTES // 1_000_000} MB are taken at once; split the file, or"
                " use `pmflow customers import`."
            )
        file.write(chunk)
    file.flush()
