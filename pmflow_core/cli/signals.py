"""`pmflow signals`: feedback from files."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from pmflow_core.accounts.actor import Actor
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.intake.imports import import_file
from pmflow_core.intake.schemas import ImportProgress, ImportRead
from pmflow_core.intake.waiting import require_worker, wait_for_processing
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
