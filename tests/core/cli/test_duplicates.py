"""`signals duplicates`, `merge` and `unmerge`: what says the same is made one and taken apart."""

from uuid import uuid4

import pytest
from sqlalchemy import Engine

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.intake.processing import process_workspace
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import SignalStatus, Source
from pmflow_core.signals.schemas import SignalIn
from tests.conftest import make_workspace
from tests.core.cli.conftest import Program
from tests.core.intake.conftest import TopicEmbedder

TEXTS = ("Export to CSV fails", "Export of CSV fails again", "Colours are fine")


@pytest.fixture
def actor(database: Engine, program: Program) -> Actor:
    """The system in a workspace with three processed signals, two of them alike."""
    del program
    configure(database)
    actor = Actor.system(make_workspace(workspace_id=uuid4()))
    with transaction(actor.workspace_id) as session:
        rows = [SignalIn(text=text) for text in TEXTS]
        signals.ingest(session, actor, rows, source=Source.API)
    process_workspace(actor.workspace_id, TopicEmbedder())
    return actor


@pytest.fixture
def here(actor: Actor) -> tuple[str, str]:
    return ("--workspace", f"ws-{actor.workspace_id.hex[:8]}")


def status(actor: Actor, database: Engine, number: int) -> SignalStatus:
    configure(database)
    with transaction(actor.workspace_id) as session:
        return signals.get_signal(session, actor, number).row.status


def test_what_is_alike_is_listed_with_its_words(program: Program, here: tuple[str, str]) -> None:
    (first, *_) = program.ask("signals", "duplicates", "S-1", *here)
    assert (first["name"], first["text"]) == ("S-2", TEXTS[1])
    assert {"export", "csv"} <= {word.casefold() for word in first["words"]}
    assert len(program.ask("signals", "duplicates", "S-1", "--limit", "1", *here)) == 1
    said = program.run("signals", "duplicates", "s-1", *here)
    assert said.exit_code == 0
    assert f"S-2  {TEXTS[1]}" in said.stdout


def test_merging_keeps_the_oldest_and_unmerging_takes_it_back(
    program: Program, here: tuple[str, str], actor: Actor, database: Engine
) -> None:
    merged = program.ask("signals", "merge", "S-3", "S-2", "S-1", *here)
    assert (merged["kept"], len(merged["merged"])) == ("S-1", 2)
    assert status(actor, database, 2) is SignalStatus.MERGED
    apart = program.ask("signals", "unmerge", "S-2", *here)
    assert (apart["name"], apart["status"]) == ("S-2", "new")
    assert status(actor, database, 2) is SignalStatus.NEW
    assert status(actor, database, 3) is SignalStatus.MERGED
    assert program.run("signals", "unmerge", "S-3", *here).stdout == "S-3 is on its own again.\n"


def test_what_cannot_be_merged_is_said_in_one_line(program: Program, here: tuple[str, str]) -> None:
    assert program.refuse("signals", "merge", "S-1", *here)
    assert program.refuse("signals", "merge", "S-1", "S-99", *here).startswith("not_found:")
    assert program.refuse("signals", "unmerge", "S-1", *here)
    assert program.refuse("signals", "duplicates", "nonsense", *here).startswith("not_found:")
    nowhere = ("--workspace", "no-such-workspace")
    assert program.refuse("signals", "duplicates", "S-1", *nowhere).startswith("not_found:")
