"""A list of customers from a CSV file: who they are, their tier, and what they are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.customers import service
from pmflow_core.customers.money import as_money
from pmflow_core.customers.senders import Given, Sender, as_address, from_fields
from pmflow_core.errors import Invalid
from pmflow_core.signals.normalise import normalise
from pmflow_core.signals.parsing.columns import first_named
from pmflow_core.signals.parsing.csv_rows import read_rows
from pmflow_core.signals.parsing.records import ParseOptions, Rejected
from pmflow_core.signals.parsing.sniff import FileFormat, examine
from pmflow_core.signals.schemas import Rejection

LISTED = 100
COLUMNS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "email": ("email", "e_mail", "customer_email", "email_address", "mail"),
        "name": ("name", "customer_name", "customer", "full_name", "contact", "contact_name"),
        "company": (
            "company", "customer_company", "company_name", "account", "account_name",
            "organisation", "organization",
        ),
        "tier": ("tier", "customer_tier", "plan", "segment", "account_tier"),
        "annual_value": (
            "annual_value", "customer_value", "arr", "acv", "annual_revenue", "value", "revenue",
        ),
    }
)  # fmt: skip


class NoCustomerColumn(Invalid):
    """No column of the file says who the customers are."""

    code = "no_customer_column"


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """What a file holds; of the refused lines the first 100 are listed."""

    senders: list[Sender]
    rejected: list[Rejection]
    refused: int


@dataclass(frozen=True, slots=True)
class CustomersImported:
    """What a file of customers came to."""

    created: int
    changed: int
    unchanged: int
    refused: int
    rejected: list[Rejection]


def read_customer_file(path: Path, name: str, *, max_bytes: int | None = None) -> CustomerFile:
    """Return the customers of a CSV file and each line that gives none; nothing is written.

    Raises:
        TooLarge: the file, or what it unpacks to, is too large.
        NoCustomerColumn: it is no CSV file, or no column is an e-mail, a name or a company.
        Invalid: the file is empty or damaged.
    """
    options = ParseOptions(file_name=name)
    if max_bytes is not None:
        options = ParseOptions(file_name=name, max_bytes=max_bytes)
    source = examine(path, options)
    if source.format is not FileFormat.CSV:
        raise NoCustomerColumn("Customers come as a CSV file with a column `email` or `name`.")
    read = read_rows(source, options)
    columns = _columns(read.names)
    senders: list[Sender] = []
    rejected: list[Rejection] = []
    for row in read.rows:
        found = row if isinstance(row, Rejected) else _sender(row[0], row[1], columns)
        if isinstance(found, Rejected):
            rejected.append(Rejection(line=found.line, reason=found.reason))
        else:
            senders.append(found)
    return CustomerFile(senders, rejected[:LISTED], len(rejected))


def import_customers(session: Session, actor: Actor, read: CustomerFile) -> CustomersImported:
    """Make or correct the customers of a file that was read; raises PermissionDenied."""
    made = service.bring(session, actor, read.senders)
    return CustomersImported(
        made.created, made.changed, made.unchanged, read.refused, read.rejected
    )


def _columns(names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, wanted in COLUMNS.items():
        column = first_named(wanted, names, set(found.values()))
        if column is not None:
            found[field] = column
    if not found.keys() & {"email", "name", "company"}:
        shown = ", ".join(name[:60] for name in names[:20])
        raise NoCustomerColumn(f"Name a column `email`, `name` or `company`; the file has {shown}.")
    return found


def _sender(line: int, row: Mapping[str, str], columns: Mapping[str, str]) -> Sender | Rejected:
    told = {field: normalise(row.get(column, "")) for field, column in columns.items()}
    email, value = told.get("email", ""), told.get("annual_value", "")
    if email and as_address(email) is None:
        return Rejected(line, f"{email[:100]!r} is no e-mail address")
    if value and as_money(value) is None:
        return Rejected(line, f"the annual value {value[:40]!r} is no sum of at least 0")
    given = Given(told.get("name"), email, told.get("company"), told.get("tier"), as_money(value))
    return from_fields(given) or Rejected(line, "the row names nobody")
