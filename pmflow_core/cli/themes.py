"""`pmflow themes`: what the signals of a workspace are about."""

from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from pmflow_core.accounts.actor import Actor
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db.transaction import transaction
from pmflow_core.intake.rebuilding import rebuild_themes
from pmflow_core.themes import service
from pmflow_core.themes.rules import MIN_TEXTS
from pmflow_core.themes.schemas import ThemeRead
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("List themes or form them anew.")
WorkspaceSlug = Annotated[str, typer.Option("--workspace", help="The workspace's slug.")]


@app.command("list")
def list_(workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """List the themes, the largest first."""
    with connected():
        themes = _themes(_workspace(workspace))
    _answer(themes, as_json=as_json)


@app.command()
def rebuild(workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """Form the themes anew; ids, people's names and settled themes stay."""
    with connected():
        workspace_id = _workspace(workspace)
        console = Console(stderr=True)
        with console.status("Forming themes…"):
            result = rebuild_themes(workspace_id, anew=True)
        if result.signals < MIN_TEXTS:
            console.print(f"{result.signals} signals are too few; themes need {MIN_TEXTS}.")
        themes = _themes(workspace_id)
    _answer(themes, as_json=as_json)


def _workspace(slug: str) -> UUID:
    with in_no_workspace() as session:
        return workspace_by_slug(session, slug)


def _themes(workspace_id: UUID) -> list[ThemeRead]:
    with transaction(workspace_id) as session:
        return service.list_themes(session, Actor.system(workspace_id))


def _answer(themes: list[ThemeRead], *, as_json: bool) -> None:
    lines = [f"{theme.size:>6}  {theme.label}" for theme in themes]
    text = "\n".join(lines) or "There are no themes yet."
    answer([_document(theme) for theme in themes], text, as_json=as_json)


def _document(theme: ThemeRead) -> dict[str, Any]:
    return {
        "id": str(theme.id),
        "label": theme.label,
        "size": theme.size,
        "keywords": theme.keywords,
        "severities": {severity.value: many for severity, many in theme.severities.items()},
        "trend": theme.trend,
        "segments": [{"name": name, "size": many} for name, many in theme.segments],
        "quotes": [{"signal": f"S-{quote.number}", "text": quote.text} for quote in theme.quotes],
        "project": theme.project_key,
        "locked": theme.is_locked,
        "renamed": theme.is_renamed,
    }
