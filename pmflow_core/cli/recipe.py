"""`pmflow recipe`: what is automated at each stage, as versions."""

import json
import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db.transaction import enter_workspace
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.models import RecipeVersion
from pmflow_core.recipes.schemas import RecipeRead, VersionRead
from pmflow_core.recipes.spec import Level, RecipeSpec
from pmflow_core.recipes.validation import parse, validate
from pmflow_core.runs.extensions import installed
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("Read and change what is automated at each stage.")
LARGEST = 1_000_000
Workspace = Annotated[str, typer.Option(help="The workspace's slug.")]
Stage = Annotated[str, typer.Argument(help="inbox, discovery, prd, …")]
SpecFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="A recipe as JSON or TOML.")
]
Number = Annotated[int, typer.Option("--version", min=1, help="Number of the version.")]


@app.command("list")
def list_them(
    workspace: Workspace,
    stage: Annotated[
        str | None, typer.Argument(help="Absent: every stage's recipe; else its versions.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the recipes of a workspace, or the versions of one."""
    with _inside(workspace) as (session, actor):
        if stage is None:
            found = recipes.list_recipes(session, actor)
            rows, lines = [_recipe(each) for each in found], [_recipe_line(each) for each in found]
        else:
            versions = recipes.list_versions(session, actor, stage)
            if not versions:
                raise NotFound(f"{stage} has no recipe.")
            rows = [_version(each) for each in versions]
            lines = [_version_line(each) for each in versions]
    answer(rows, "\n".join(lines) or "There is no recipe.", as_json=as_json)


@app.command()
def show(
    stage: Stage,
    workspace: Workspace,
    version: Annotated[
        int | None, typer.Option(min=1, help="Absent: the one that new runs use.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a recipe; what --json prints can be edited and saved again."""
    with _inside(workspace) as (session, actor):
        spec = recipes.get_spec(session, actor, stage, version)
    answer(spec.model_dump(mode="json"), _sentences(spec), as_json=as_json)


@app.command()
def diff(
    stage: Stage,
    workspace: Workspace,
    old: Annotated[int, typer.Option("--from", min=1, help="The older version.")],
    new: Annotated[int, typer.Option("--to", min=1, help="The newer version.")],
    as_json: Json = False,
) -> None:
    """Say how a version of a recipe differs from another."""
    with _inside(workspace) as (session, actor):
        found = recipes.compare(session, actor, stage, old, new)
    answer(list(found), "\n".join(found) or "They are the same.", as_json=as_json)


@app.command()
def check(file: SpecFile, as_json: Json = False) -> None:
    """Check a recipe without saving it; every fault is named."""
    spec = _read(file)
    with connected():
        validate(spec, installed().catalogue())
    answer({"stage": spec.stage, "valid": True}, f"{spec.title} can run.", as_json=as_json)


@app.command()
def save(
    file: SpecFile,
    workspace: Workspace,
    expect: Annotated[
        int | None,
        typer.Option(min=0, help="The newest version you have seen; refused if there is another."),
    ] = None,
    publish_it: Annotated[
        bool, typer.Option("--publish", help="Let new runs use it at once.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Save a recipe as the next version of its stage; an invalid one is refused."""
    spec = _read(file)
    with _inside(workspace) as (session, actor):
        catalogue = installed().catalogue()
        made = recipes.save_draft(session, actor, spec, catalogue, expect)
        if publish_it:
            recipes.publish_version(session, actor, spec.stage, made.number, catalogue)
    _say(spec.stage, made, as_json=as_json)


@app.command()
def publish(stage: Stage, version: Number, workspace: Workspace, as_json: Json = False) -> None:
    """Let new runs use a saved version; open runs keep theirs."""
    with _inside(workspace) as (session, actor):
        catalogue = installed().catalogue()
        made = recipes.publish_version(session, actor, stage, version, catalogue)
    _say(stage, made, as_json=as_json)


@app.command()
def rollback(stage: Stage, version: Number, workspace: Workspace, as_json: Json = False) -> None:
    """Let new runs use an older version again."""
    with _inside(workspace) as (session, actor):
        made = recipes.roll_back(session, actor, stage, version, installed().catalogue())
    _say(stage, made, as_json=as_json)


@app.command()
def automate(
    workspace: Workspace,
    level: Annotated[Level, typer.Option(help="How far a project goes without a person.")],
    to: Annotated[str | None, typer.Option(help="Where auto_to_stage stops.")] = None,
    as_json: Json = False,
) -> None:
    """Give every recipe of a workspace the same automation level."""
    if (to is None) == (level is Level.AUTO_TO_STAGE):
        raise Invalid("auto_to_stage needs --to STAGE, the other levels take none.")
    with _inside(workspace) as (session, actor):
        made = recipes.automate(session, actor, level, installed().catalogue(), to)
        rows = [{"stage": version.spec["stage"], "version": version.number} for version in made]
    text = f"{len(rows)} recipes are {level.value} now"
    answer(rows, f"{text}, up to {to}." if to else f"{text}.", as_json=as_json)


@app.command("restore-defaults")
def restore_defaults(stage: Stage, workspace: Workspace, as_json: Json = False) -> None:
    """Publish the recipe that ships for a stage, as its next version."""
    with _inside(workspace) as (session, actor):
        made = recipes.restore_default(session, actor, stage, installed().catalogue())
    _say(stage, made, as_json=as_json)


@contextmanager
def _inside(workspace: str) -> Generator[tuple[Session, Actor]]:
    with connected(), in_no_workspace() as session:
        workspace_id = workspace_by_slug(session, workspace)
        enter_workspace(session, workspace_id)
        yield session, Actor.system(workspace_id)


def _read(file: Path) -> RecipeSpec:
    """Return a file's recipe; raises InvalidRecipe or Invalid."""
    if file.stat().st_size > LARGEST:
        raise Invalid(f"{file.name} is larger than a recipe can be: {LARGEST:,} bytes.")
    text = file.read_text(encoding="utf-8", errors="replace")
    try:
        given = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{file.name} cannot be read: {error}.") from error
    return parse(given)


def _say(stage: str, made: RecipeVersion, *, as_json: bool) -> None:
    row = {"stage": stage, "version": made.number, "status": made.status.value}
    how = "is saved" if made.status.value == "draft" else "is what new runs use"
    answer(row, f"Version {made.number} of {stage} {how}.", as_json=as_json)


def _recipe(found: RecipeRead) -> dict[str, object]:
    return {
        "stage": found.stage,
        "title": found.title,
        "level": found.level.value,
        "stop_stage": found.stop_stage,
        "published": found.published,
        "latest": found.latest,
    }


def _recipe_line(found: RecipeRead) -> str:
    draft = f", draft {found.latest}" if found.latest > found.published else ""
    stop = f" to {found.stop_stage}" if found.stop_stage else ""
    return f"{found.stage:<12} v{found.published}{draft}  {found.level.value}{stop}  {found.title}"


def _version(found: VersionRead) -> dict[str, object]:
    return {
        "stage": found.stage,
        "version": found.number,
        "status": found.status.value,
        "current": found.is_current,
        "level": found.level.value,
        "notes": found.notes,
        "author": found.author,
        "saved_at": found.saved_at.isoformat(),
        "published_at": found.published_at.isoformat() if found.published_at else None,
        "published_by": found.published_by,
    }


def _version_line(found: VersionRead) -> str:
    mark = "*" if found.is_current else " "
    notes = f"  {found.notes}" if found.notes else ""
    return (
        f"{mark} v{found.number:<4} {found.status.value:<10} {found.saved_at:%Y-%m-%d %H:%M}"
        f"  {found.author}{notes}"
    )


def _sentences(spec: RecipeSpec) -> str:
    stop = f" to {spec.stop_stage}" if spec.stop_stage else ""
    lines = [f"{spec.title} ({spec.stage}, {spec.level.value}{stop})"]
    for step in spec.steps:
        lines.append(f"  step {step.key}: {step.skill}, {step.title}")
        lines += [f"       {criterion}" for criterion in step.criteria]
    for gate in spec.gates:
        optional = ", optional" if gate.optional else ""
        lines.append(f"  gate {gate.title}: {gate.kind}{optional}")
    return "\n".join(lines)
