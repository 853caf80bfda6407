"""An accepted file is read to its end whatever happens, and each of its rows is written once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.intake import import_rows, taking_in
from pmflow_core.intake.confined import Content, read_confined
from pmflow_core.intake.imports import import_file, list_imports, paste
from pmflow_core.intake.schemas import ImportRead, PasteAs
from pmflow_core.signals.models import Import, ImportChunk, ImportStatus, Original, Signal, Source
from pmflow_core.signals.originals import read_passage
from pmflow_core.signals.parsing import ParsedSignal, ParseOptions, Rejected
from tests.conftest import make_workspace
from tests.core.intake.test_imports import progress_of, rows_of, write

ROWS = 3_456


class Died(Exception):
    """The process ended here."""


@pytest.fixture
def file(tmp_path: Path) -> taking_in.File:
    """A table without references, in which every hundredth row has no text."""
    lines = (f"{number},{'' if number % 100 == 0 else 'Export fails'}\n" for number in range(ROWS))
    path = write(tmp_path, "sent.csv", "n,text\n" + "".join(lines))
    return taking_in.File(path, "sent.csv", Source.UPLOAD, ParseOptions(file_name="sent.csv"))


def dies_after(content: Content, parts: int) -> Content:
    def dying() -> Iterator[ParsedSignal | Rejected]:
        yield from islice(content.parts, parts)
        raise Died

    return replace(content, parts=dying())


def found(actor: Actor, import_id: UUID) -> Import:
    with transaction(actor.workspace_id) as session:
        return session.scalars(select(Import).where(col(Import.id) == import_id)).one()


def lines_of(actor: Actor) -> list[int | None]:
    with transaction(actor.workspace_id) as session:
        return list(session.scalars(select(col(Signal.line)).order_by(col(Signal.number))))


def chunks_left(actor: Actor) -> int:
    with transaction(actor.workspace_id) as session:
        return session.scalar(select(func.count(col(ImportChunk.id)))) or 0


def give_up_claim(actor: Actor, import_id: UUID) -> None:
    """Let the time of whoever died run out."""
    with transaction(actor.workspace_id) as session:
        session.get_one(Import, import_id).claimed_until = None


@pytest.mark.parametrize("died_at", [0, 1, 999, 1_000, 1_001, 2_500, ROWS])
def test_reading_goes_on_where_it_broke_off(
    actor: Actor, file: taking_in.File, died_at: int
) -> None:
    with read_confined(file.path, file.options) as content:
        import_id = taking_in.accept(actor, file, content, later=False)
        with pytest.raises(Died):
            taking_in.write(actor, import_id, dies_after(content, died_at))
    file.path.unlink()
    taking_in.resume(actor.workspace_id, import_id)
    assert found(actor, import_id).status is ImportStatus.RUNNING

    give_up_claim(actor, import_id)
    with transaction(None) as session:
        assert (actor.workspace_id, import_id) in import_rows.unread(session)
    taking_in.resume(actor.workspace_id, import_id)

    made = found(actor, import_id)
    assert (made.status, made.position, made.refused) == (ImportStatus.COMPLETED, ROWS, 35)
    wanted = [number + 2 for number in range(ROWS) if number % 100]
    assert lines_of(actor) == wanted
    assert (made.made, len(made.rejected), chunks_left(actor)) == (len(wanted), 35, 0)
    assert [row.number for row in rows_of(actor)[:2]] == [len(wanted) - 199, len(wanted) - 198]


def test_of_several_who_read_the_same_file_each_row_is_written_once(
    actor: Actor, file: taking_in.File
) -> None:
    with read_confined(file.path, file.options) as content:
        import_id = taking_in.accept(actor, file, content, later=True)

    def read_on(_: int) -> None:
        with read_confined(file.path, file.options) as content:
            taking_in.write(actor, import_id, content)

    with ThreadPoolExecutor(3) as readers:
        list(readers.map(read_on, range(3)))
    made = found(actor, import_id)
    assert (made.status, made.position) == (ImportStatus.COMPLETED, ROWS)
    assert len(lines_of(actor)) == len(set(lines_of(actor))) == made.made


def test_a_large_file_is_kept_and_left_to_a_worker(actor: Actor, file: taking_in.File) -> None:
    made = import_file(actor, file.path, "sent.csv", at_once=1_000)
    assert (made.status, made.created) == (ImportStatus.RUNNING, 0)
    progress = progress_of(actor, made.id)
    assert (progress.is_read, progress.read, progress.expected) == (False, 0, ROWS + 1)
    file.path.unlink()

    taking_in.resume(actor.workspace_id, made.id)
    progress = progress_of(actor, made.id)
    assert (progress.is_read, progress.created, progress.rejected) == (True, ROWS - 35, 35)
    assert progress.status is ImportStatus.RUNNING
    taking_in.resume(actor.workspace_id, made.id)
    assert progress_of(actor, made.id).created == ROWS - 35


def test_a_file_whose_reading_always_breaks_off_is_given_up_with_a_reason(
    actor: Actor, file: taking_in.File
) -> None:
    made = import_file(actor, file.path, "sent.csv", at_once=1_000)
    with transaction(actor.workspace_id) as session:
        session.get_one(Import, made.id).attempts = import_rows.MAX_ATTEMPTS
    taking_in.resume(actor.workspace_id, made.id)
    progress = progress_of(actor, made.id)
    assert progress.status is ImportStatus.FAILED
    assert "send it again" in (progress.error or "")
    assert chunks_left(actor) == 0


def test_what_a_worker_finds_wrong_with_a_file_is_told(actor: Actor, file: taking_in.File) -> None:
    made = import_file(actor, file.path, "sent.csv", at_once=1_000)
    with transaction(actor.workspace_id) as session:
        row = session.get_one(Import, made.id)
        row.options = {**row.options, "read": {**row.options["read"], "text_column": "none"}}
    taking_in.resume(actor.workspace_id, made.id)
    assert "no column 'none'" in (progress_of(actor, made.id).error or "")


MAIL = """From: Support lead <lead@example.com>
Date: Mon, 03 Nov 2025 10:12:00 +0000
Subject: Two wishes

The export fails.

Please add a dark mode.
"""


def original_of(actor: Actor) -> Original:
    with transaction(actor.workspace_id) as session:
        return session.scalars(select(Original)).one()


def take(actor: Actor, folder: Path, name: str, content: str) -> ImportRead:
    return import_file(actor, write(folder, name, content), name)


def test_an_e_mail_is_from_an_e_mail_and_knows_who_and_when(actor: Actor, tmp_path: Path) -> None:
    take(actor, tmp_path, "a.eml", MAIL)
    assert [(row.text, row.source, row.customer) for row in rows_of(actor)] == [
        ("The export fails.", Source.EMAIL, "Support lead"),
        ("Please add a dark mode.", Source.EMAIL, "Support lead"),
    ]
    assert {row.received_at.isoformat() for row in rows_of(actor)} == {"2025-11-03T10:12:00+00:00"}
    assert (original_of(actor).name, original_of(actor).format) == ("Two wishes", "eml")


def test_a_document_is_kept_once_and_each_signal_knows_its_place(
    actor: Actor, tmp_path: Path
) -> None:
    said = "# Call\n\nThe export fails\nevery day.\n\n> It is slow,\n> she said.\n\n- dark mode\n"
    first = take(actor, tmp_path, "a.md", said)
    again = take(actor, tmp_path, "b.md", said)
    assert (first.created, again.created, again.duplicates) == (3, 3, 0)
    original = original_of(actor)
    assert original.text == said
    with transaction(actor.workspace_id) as session:
        rows = session.execute(
            select(col(Signal.verbatim), col(Signal.starts_at), col(Signal.ends_at))
        ).all()
    for verbatim, starts_at, ends_at in rows:
        assert " ".join(said[starts_at:ends_at].replace(">", " ").split()) == verbatim


def test_pasted_paragraphs_know_their_place_and_pasted_lines_need_none(actor: Actor) -> None:
    text = "  First thing\nstill first \n\n\nSecond thing"
    paste(actor, text, split=PasteAs.LINES)
    with transaction(actor.workspace_id) as session:
        assert session.scalars(select(Original)).all() == []
    paste(actor, text, split=PasteAs.PARAGRAPHS)
    with transaction(actor.workspace_id) as session:
        seen = read_passage(session, actor, 4)
        other = read_passage(session, actor, 5)
        with pytest.raises(NotFound):
            read_passage(session, actor, 1)
    assert (seen.before, seen.text, seen.after) == (
        "",
        "First thing\nstill first",
        " \n\n\nSecond thing",
    )
    assert (other.text, other.after) == ("Second thing", "")


def test_a_passage_is_shown_with_what_stands_around_it(actor: Actor, tmp_path: Path) -> None:
    lines = [f"Line {number} says that the export fails." for number in range(100)]
    take(actor, tmp_path, "a.txt", "\n\n".join(lines))
    with transaction(actor.workspace_id) as session:
        seen = read_passage(session, actor, 50)
    assert seen.text == lines[49]
    assert seen.before.startswith("Line ")
    assert seen.before.endswith(f"{lines[48]}\n\n")
    assert (seen.cut_before, seen.cut_after, seen.name) == (True, True, "a.txt")


def test_originals_and_imports_stay_inside_their_workspace(actor: Actor, tmp_path: Path) -> None:
    take(actor, tmp_path, "a.eml", MAIL)
    stranger = Actor.system(make_workspace())
    with transaction(stranger.workspace_id) as session:
        assert list_imports(session, stranger) == []
        with pytest.raises(NotFound):
            read_passage(session, stranger, 1)
    take(stranger, tmp_path, "a.eml", MAIL)
    assert original_of(stranger).id != original_of(actor).id
    with pytest.raises(PermissionDenied):
        take(Actor(actor.workspace_id, Role.VIEWER), tmp_path, "a.eml", MAIL)
