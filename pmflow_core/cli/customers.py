"""`pmflow customers`: who the signals came from."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import ValidationError

from pmflow_core.accounts.actor import Actor
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.customers import service
from pmflow_core.customers.money import as_money
from pmflow_core.customers.schemas import CustomerEdit, CustomerQuery, CustomerRead, CustomerSort
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Invalid
from pmflow_core.signals import customers
from pmflow_core.signals.customer_file import import_customers, read_customer_file
from pmflow_core.signals.parsing.records import CLI_MAX_BYTES
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("List, correct and take in customers.")
WorkspaceSlug = Annotated[str, typer.Option("--workspace", help="The workspace's slug.")]
SHOWN_REJECTIONS = 5


class BadCustomerValue(Invalid):
    """A value or an id on the command line is none."""

    code = "bad_customer_value"


@app.command("list")
def list_(
    workspace: WorkspaceSlug,
    search: Annotated[str, typer.Option(help="Part of name, e-mail or company.")] = "",
    sort: Annotated[CustomerSort, typer.Option(help="What comes first.")] = CustomerSort.SIGNALS,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List the customers, those with most signals first."""
    with connected():
        actor = _system(workspace)
        with transaction(actor.workspace_id) as session:
            query = CustomerQuery(search=search, sort=sort, limit=limit)
            page = customers.list_customers(session, actor, query)
    lines = [_line(each) for each in page.items]
    text = "\n".join(lines) or "There are no customers yet; import signals that name a sender."
    answer([_document(each) for each in page.items], text, as_json=as_json)


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV with email, name, company, tier, annual_value.")
    ],
    workspace: WorkspaceSlug,
    as_json: Json = False,
) -> None:
    """Make or correct customers from a file; what it leaves empty stays."""
    with connected(redis=True):
        actor = _system(workspace)
        read = read_customer_file(file, file.name, max_bytes=CLI_MAX_BYTES)
        with transaction(actor.workspace_id) as session:
            made = import_customers(session, actor, read)
    document = {
        "created": made.created,
        "changed": made.changed,
        "unchanged": made.unchanged,
        "refused": made.refused,
        "rejected": [row.model_dump() for row in made.rejected],
    }
    lines = [
        f"{made.created} new customers, {made.changed} changed, {made.unchanged} as they were,"
        f" {made.refused} lines refused."
    ]
    lines += [f"  line {row.line}: {row.reason}" for row in made.rejected[:SHOWN_REJECTIONS]]
    answer(document, "\n".join(lines), as_json=as_json)


@app.command()
def edit(
    customer: Annotated[str, typer.Argument(help="The customer's id, as `list --json` gives it.")],
    workspace: WorkspaceSlug,
    name: Annotated[str | None, typer.Option(help="What they are called.")] = None,
    company: Annotated[str | None, typer.Option(help="Empty clears it.")] = None,
    tier: Annotated[str | None, typer.Option(help="Empty clears it.")] = None,
    annual_value: Annotated[str | None, typer.Option(help="At least 0; empty clears it.")] = None,
    as_json: Json = False,
) -> None:
    """Correct what is known of a customer; what is not named stays."""
    given: dict[str, Any] = {"name": name, "company": company, "tier": tier}
    changes = {field: value for field, value in given.items() if value is not None}
    if annual_value is not None:
        changes["annual_value"] = _value(annual_value)
    with connected(redis=True):
        actor = _system(workspace)
        customer_id = _id(customer)
        with transaction(actor.workspace_id) as session:
            service.edit(session, actor, customer_id, _changes(changes))
            found = customers.get_customer(session, actor, customer_id).customer
    answer(_document(found), _line(found), as_json=as_json)


def _system(slug: str) -> Actor:
    with in_no_workspace() as session:
        return Actor.system(workspace_by_slug(session, slug))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadCustomerValue("Name the customer by its id, as `list --json` gives it.") from error


def _changes(given: dict[str, Any]) -> CustomerEdit:
    try:
        return CustomerEdit.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        raise BadCustomerValue(f"{fault['loc'][0]}: {fault['msg']}.") from error


def _value(text: str) -> Decimal | None:
    value = as_money(text) if text else None
    if text and value is None:
        raise BadCustomerValue("The annual value is a sum of at least 0, such as 12000.50.")
    return value


def _line(customer: CustomerRead) -> str:
    value = "" if customer.annual_value is None else f"{customer.annual_value:,.0f}"
    who = ", ".join(part for part in (customer.name, customer.company) if part)
    return f"{customer.signals:>6}  {value:>12}  {customer.tier or '':<12}  {who}"


def _document(customer: CustomerRead) -> dict[str, Any]:
    return {
        "id": str(customer.id),
        "name": customer.name,
        "email": customer.email,
        "company": customer.company,
        "tier": customer.tier,
        "annual_value": customer.annual_value,
        "signals": customer.signals,
        "last_signal_at": customer.last_signal_at,
    }
