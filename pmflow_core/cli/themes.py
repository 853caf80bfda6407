"""`pmflow themes`: what the signals of a workspace are about."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from pmflow_core.accounts.actor import Actor
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db import Session
from pmflow_core.db.transaction import transaction
from pmflow_core.intake.rebuilding import rebuild_themes
from pmflow_core.themes import granularity, proposal_reads, proposals, service
from pmflow_core.themes.rules import MIN_TEXTS
from pmflow_core.themes.schemas import ProposalRead, ThemeRead
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("List themes or form them anew.")
Proposal = Annotated[UUID, typer.Argument(help="Its id, as `proposals` lists it.")]
WorkspaceSlug = Annotated[str, typer.Option("--workspace", help="The workspace's slug.")]


@app.command("list")
def list_(workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """List the themes, the largest first."""
    with connected():
        themes = _themes(_workspace(workspace))
    _answer(themes, as_json=as_json)


@app.command()
def rebuild(workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """Form the themes anew; what would change themes that people know is proposed."""
    with connected():
        workspace_id = _workspace(workspace)
        console = Console(stderr=True)
        with console.status("Forming themes…"):
            result = rebuild_themes(workspace_id, anew=True)
        if result.signals < MIN_TEXTS:
            console.print(f"{result.signals} signals are too few; themes need {MIN_TEXTS}.")
        themes = _themes(workspace_id)
    _answer(themes, as_json=as_json)


@app.command("proposals")
def proposals_(workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """List the changes of known themes that wait for a decision."""
    with connected(), _inside(workspace) as (session, actor):
        found = proposal_reads.list_proposals(session, actor)
    lines = [f"{each.id}  {_said(each)}" for each in found]
    text = "\n".join(lines) or "Nothing waits for a decision."
    answer([_proposal(each) for each in found], text, as_json=as_json)


@app.command()
def apply(proposal: Proposal, workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """Do what a proposal says, as far as it still holds."""
    with connected(redis=True), _inside(workspace) as (session, actor):
        moved = proposals.apply(session, actor, proposal)
    answer({"id": str(proposal), "moved": moved}, f"{moved} signals moved.", as_json=as_json)


@app.command()
def dismiss(proposal: Proposal, workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """Leave the themes as they are; the same change is not proposed again."""
    with connected(redis=True), _inside(workspace) as (session, actor):
        proposals.dismiss(session, actor, proposal)
    answer({"id": str(proposal), "moved": 0}, "Dismissed.", as_json=as_json)


@app.command()
def undo(proposal: Proposal, workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """Take back an applied or dismissed proposal, or a change made by hand."""
    with connected(redis=True), _inside(workspace) as (session, actor):
        moved = proposals.undo(session, actor, proposal)
    answer({"id": str(proposal), "moved": moved}, f"{moved} signals moved back.", as_json=as_json)


@app.command("granularity")
def granularity_(
    workspace: WorkspaceSlug,
    value: Annotated[
        float | None,
        typer.Argument(
            min=granularity.COARSEST, max=granularity.FINEST, help="0.7 is coarser, 1.4 finer."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show or set how fine the themes are formed, from the next time on."""
    with connected(redis=True), _inside(workspace) as (session, actor):
        if value is not None:
            granularity.set_granularity(session, actor, value)
        now = granularity.read_granularity(session, actor)
    answer({"granularity": now}, f"{now:g}", as_json=as_json)


@contextmanager
def _inside(slug: str) -> Generator[tuple[Session, Actor]]:
    """Open a transaction in the workspace, for who runs the installation."""
    workspace_id = _workspace(slug)
    with transaction(workspace_id) as session:
        yield session, Actor.system(workspace_id)


def _said(each: ProposalRead) -> str:
    sides = ", ".join(f"{side.theme.label} {side.now} → {side.after}" for side in each.sides)
    return f"{each.kind}: {each.signals} signals, {len(each.documents)} documents: {sides}"


def _proposal(each: ProposalRead) -> dict[str, Any]:
    return {
        "id": str(each.id),
        "kind": each.kind.value,
        "signals": each.signals,
        "documents": [f"{cited.project_key} {cited.type}" for cited in each.documents],
        "themes": [
            {
                "id": str(side.theme.id),
                "label": side.theme.label,
                "now": side.now,
                "after": side.after,
            }
            for side in each.sides
        ],
    }


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
        "customers": theme.customers,
        "value": None if theme.value is None else str(theme.value),
        "strength": theme.strength,
        "confidence": theme.confidence,
        "project": theme.project_key,
        "locked": theme.is_locked,
        "renamed": theme.is_renamed,
    }
