"""`pmflow signals`: feedback from files."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from pmflow_core.accounts.actor import Actor
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db import Session
from pmflow_core.db.transaction import transaction
from pmflow_core.intake.imports import import_file
from pmflow_core.intake.schemas import ImportProgress, ImportRead
from pmflow_core.intake.waiting import require_worker, wait_for_processing
from pmflow_core.signals import duplicates, merging, naming
from pmflow_core.signals.models import Source
from pmflow_core.signals.parsing.records import CLI_MAX_BYTES, ParseOptions
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("Take in feedback.")
SHOWN_REJECTIONS = 5


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV, JSONL, TXT, MD, PDF, EML, VTT, SRT, SBV; to 100 MB.")
    ],
    workspace: Annotated[str, typer.Option(help="The workspace's slug.")],
    text: Annotated[str | None, typer.Option(help="The column that holds the feedback.")] = None,
    ref: Annotated[
        str | None, typer.Option(help="The column that identifies a row; again is no new signal.")
    ] = None,
    source: Annotated[Source, typer.Option(help="Where it came from.")] = Source.UPLOAD,
    wait: Annotated[
        bool, typer.Option("--wait", help="Return only when all of it is in themes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take in a file of feedback; lines that cannot be read are listed, the others kept."""
    started = time.perf_counter()
    with connected(redis=True):
        with in_no_workspace() as session:
            workspace_id = workspace_by_slug(session, workspace)
        actor = Actor.system(workspace_id)
        if wait:
            require_worker(workspace_id)
        options = ParseOptions(text_column=text, ref_column=ref, max_bytes=CLI_MAX_BYTES)
        with Console(stderr=True).status(f"Reading {file.name}…"):
            made = import_file(actor, file, file.name, options, source=source)
        if wait:
            _wait(actor, made)
    document = {
        "id": str(made.id),
        "created": made.created,
        "duplicates": made.duplicates,
        "rejected": [row.model_dump() for row in made.rejected],
        "refused": made.refused,
        "seconds": round(time.perf_counter() - started, 3),
    }
    answer(document, _summary(made), as_json=as_json)


@app.command("duplicates")
def duplicates_(
    signal: Annotated[str, typer.Argument(help="Its id, or as it is cited: S-12.")],
    workspace: Annotated[str, typer.Option(help="The workspace's slug.")],
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many at most.")] = 10,
    as_json: Json = False,
) -> None:
    """List the signals most like one, with the words that both have."""
    with _inside(workspace) as (session, actor):
        number = naming.number_of(session, actor, signal)
        found = duplicates.similar(session, actor, number, limit)
    document = [
        {
            "id": str(each.row.id),
            "name": each.row.name,
            "text": each.row.text,
            "similarity": round(each.similarity, 4),
            "words": each.words,
            "is_candidate": each.is_candidate,
        }
        for each in found
    ]
    lines = [
        f"{each.similarity:.2f}  {each.row.name}  {' '.join(each.row.text.split())[:70]}"
        for each in found
    ]
    answer(document, "\n".join(lines) or "None is like it.", as_json=as_json)


@app.command()
def merge(
    signals: Annotated[list[str], typer.Argument(help="Two or more: ids, or S-12.")],
    workspace: Annotated[str, typer.Option(help="The workspace's slug.")],
    as_json: Json = False,
) -> None:
    """Make signals one that say the same; the oldest is kept."""
    with _inside(workspace) as (session, actor):
        ids = [naming.id_of(session, actor, each) for each in signals]
        done = merging.merge(session, actor, ids)
    document = {
        "kept": f"S-{done.kept_number}",
        "id": str(done.kept_id),
        "merged": [str(each) for each in done.merged],
    }
    answer(document, f"{len(done.merged)} merged into S-{done.kept_number}.", as_json=as_json)


@app.command()
def unmerge(
    signal: Annotated[str, typer.Argument(help="Its id, or as it is cited: S-12.")],
    workspace: Annotated[str, typer.Option(help="The workspace's slug.")],
    as_json: Json = False,
) -> None:
    """Take a merged signal out again, with its links and status as they were."""
    with _inside(workspace) as (session, actor):
        apart = merging.unmerge(session, actor, naming.id_of(session, actor, signal))
    document = {"id": str(apart.id), "name": f"S-{apart.number}", "status": apart.status.value}
    answer(document, f"S-{apart.number} is on its own again.", as_json=as_json)


@contextmanager
def _inside(slug: str) -> Generator[tuple[Session, Actor]]:
    """Open a transaction in a workspace, as the system."""
    with connected(redis=True):
        with in_no_workspace() as session:
            actor = Actor.system(workspace_by_slug(session, slug))
        with transaction(actor.workspace_id) as session:
            yield session, actor


def _wait(actor: Actor, made: ImportRead) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Reading and sorting into themes", total=max(made.created, 1))

        def show(progress: ImportProgress) -> None:
            bar.update(task, completed=progress.processed, total=max(progress.total, 1))

        wait_for_processing(actor, made.id, show)


def _summary(made: ImportRead) -> str:
    lines = [f"{made.created} new signals, {made.duplicates} known ones, {made.refused} refused."]
    lines += [f"  line {row.line}: {row.reason}" for row in made.rejected[:SHOWN_REJECTIONS]]
    if made.refused > SHOWN_REJECTIONS:
        lines.append(f"  and {made.refused - SHOWN_REJECTIONS} more; see --json")
    return "\n".join(lines)
