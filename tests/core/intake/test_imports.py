"""Files and pastes: all good rows or nothing, and what was refused is said."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound, PermissionDenied, PmflowError
from pmflow_core.intake.imports import (
    NothingPasted,
    import_file,
    import_progress,
    list_imports,
    paste,
)
from pmflow_core.intake.processing import process_workspace
from pmflow_core.intake.schemas import LISTED_REJECTIONS, ImportProgress, PasteAs
from pmflow_core.intake.waiting import NoWorker, wait_for_processing
from pmflow_core.signals.models import ImportStatus, Severity
from pmflow_core.signals.parsing import ParseOptions
from pmflow_core.signals.schemas import SignalQuery, SignalRead, SignalSort
from pmflow_core.signals.service import list_signals
from tests.conftest import make_workspace
from tests.core.intake.conftest import TopicEmbedder


def rows_of(actor: Actor) -> list[SignalRead]:
    with transaction(actor.workspace_id) as session:
        query = SignalQuery(sort=SignalSort.NUMBER, size=200)
        return list_signals(session, actor, query).items[::-1]


def progress_of(actor: Actor, import_id: UUID) -> ImportProgress:
    with transaction(actor.workspace_id) as session:
        return import_progress(session, actor, import_id)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_csv_keeps_its_good_lines_and_lists_its_broken_ones(actor: Actor, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "x",
        "id,text,priority,company\n1,Export fails,high,Acme\n2,,low,\n"
        "3,Login is slow,,\n1,Again,,\n",
    )
    result = import_file(actor, path, "feedback.csv")

    assert (result.created, result.duplicates, result.refused) == (2, 1, 1)
    assert [row.line for row in result.rejected] == [3]
    first, second = rows_of(actor)
    assert (first.text, first.severity, first.customer) == ("Export fails", Severity.HIGH, "Acme")
    assert [first.number, second.number] == [1, 2]


def test_the_same_file_again_adds_nothing_even_in_parallel(actor: Actor, tmp_path: Path) -> None:
    lines = [f'{{"id": "{number}", "text": "text {number}"}}' for number in range(1500)]
    path = write(tmp_path, "a.jsonl", "\n".join(lines))
    mirrored = write(tmp_path, "b.jsonl", "\n".join(lines[::-1]))
    with ThreadPoolExecutor(4) as pool:
        results = list(
            pool.map(lambda p: import_file(actor, p, p.name), [path, mirrored, path, mirrored])
        )

    assert sum(result.created for result in results) == 1500
    assert sum(result.duplicates for result in results) == 4500


def test_refused_rows_beyond_a_thousand_are_counted(actor: Actor, tmp_path: Path) -> None:
    path = write(tmp_path, "x.jsonl", '{"text": "good enough"}\n' + "not json\n" * 1200)
    result = import_file(actor, path, "x.jsonl")

    assert (result.created, result.refused) == (1, 1200)
    assert len(result.rejected) == LISTED_REJECTIONS


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "file_empty"),
        ("a.csv", b"\x7fELF" + bytes(range(256)) * 20, "file_unsupported"),
        ("a.xlsx", b"PK\x03\x04 something", "file_unsupported"),
        ("a.csv", b"text\n" + b"x" * 20_000, "file_too_large"),
        ("a.csv", b"a,b\n1,2\n", "text_column_missing"),
    ],
)
def test_a_refused_file_leaves_no_trace(
    actor: Actor, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    options = ParseOptions(max_bytes=10_000)
    with pytest.raises(PmflowError) as refusal:
        import_file(actor, write(tmp_path, "upload", content), name, options)
    assert refusal.value.code == code
    with transaction(actor.workspace_id) as session:
        assert list_imports(session, actor) == []
    assert rows_of(actor) == []


def test_a_paste_is_one_signal_or_one_for_each_line_or_paragraph(actor: Actor) -> None:
    text = "first\nstill first\n\n\nsecond\n"
    assert [paste(actor, text, split=split).created for split in PasteAs] == [1, 3, 2]
    assert [row.text for row in rows_of(actor)][-2:] == ["first\nstill first", "second"]
    with pytest.raises(NothingPasted):
        paste(actor, " \n\u200b\n")


def test_progress_runs_from_stored_to_processed(actor: Actor, embedder: TopicEmbedder) -> None:
    made = paste(actor, "\n".join(f"export fails {number}" for number in range(40)))
    before = progress_of(actor, made.id)
    process_workspace(actor.workspace_id, embedder)
    after = progress_of(actor, made.id)

    assert (before.status, before.processed, before.total) == (ImportStatus.RUNNING, 0, 40)
    assert (after.status, after.processed, after.failed) == (ImportStatus.COMPLETED, 40, 0)
    assert after.themes >= 1


def test_waiting_without_a_worker_fails_at_once(actor: Actor) -> None:
    made = paste(actor, "Export fails")
    with pytest.raises(NoWorker):
        wait_for_processing(actor, made.id, lambda _: None)


def test_imports_are_behind_the_workspace_s_wall_and_the_role(actor: Actor) -> None:
    made = paste(actor, "Export fails")
    stranger = Actor.system(make_workspace())
    with pytest.raises(NotFound):
        progress_of(stranger, made.id)
    with pytest.raises(PermissionDenied):
        paste(Actor(actor.workspace_id, Role.VIEWER), "Export fails")
