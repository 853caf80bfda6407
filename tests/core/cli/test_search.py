"""`search` and `evidence` on the command line."""

from uuid import uuid4

import pytest
from sqlalchemy import Engine

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.workspaces.service import workspace_by_slug
from tests.core.cli.conftest import Program


@pytest.fixture
def slug(program: Program, database: Engine) -> str:
    """A workspace with two signals."""
    address, slug = f"{uuid4().hex[:12]}@example.com", f"ws-{uuid4().hex[:8]}"
    program.ask("user", "create", "--email", address, "--password-stdin", stdin="tidy-otter-9\n")
    program.ask("workspace", "create", "Acme Apps", "--slug", slug, "--admin", address)
    configure(database)
    with transaction(None) as session:
        actor = Actor.system(workspace_by_slug(session, slug))
    rows = [
        SignalIn(text="Hello. The export fails.", customer="Acme"),
        SignalIn(text="Add a dark theme"),
    ]
    with transaction(actor.workspace_id) as session:
        signals.ingest(session, actor, rows, source=Source.API)
    return slug


def test_a_search_answers_people_and_programs(program: Program, slug: str) -> None:
    found = program.ask("search", "exports", "--workspace", slug)
    assert [hit["signal"] for hit in found["signals"]] == ["S-1"]
    assert found["signals"][0]["highlights"] == [{"start": 11, "end": 17}]

    assert (
        "S-1      Hello. The export fails."
        in program.run("search", "exports", "--workspace", slug).stdout
    )
    nothing = program.run("search", "invoices", "--workspace", slug, "--kind", "project")
    assert nothing.stdout.strip() == "Nothing was found."


def test_evidence_quotes_and_counts(program: Program, slug: str) -> None:
    found = program.ask("evidence", "Does the export fail?", "--workspace", slug)
    assert [(each["signal"], each["quote"]) for each in found["quotes"]] == [
        ("S-1", "The export fails.")
    ]
    assert (found["signals"], found["customers"]) == (1, 1)
    shown = program.run("evidence", "Does the export fail?", "--workspace", slug).stdout
    assert shown.splitlines()[-1] == "1 signals, 1 known customers"


def test_a_workspace_that_is_not_there_is_one_line(program: Program) -> None:
    assert program.refuse("search", "x", "--workspace", "nowhere").startswith("not_found:")
