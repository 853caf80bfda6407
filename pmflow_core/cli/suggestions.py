"""`pmflow suggestions`: what is proposed, and deciding on it."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import typer

from pmflow_core.accounts.actor import Actor
from pmflow_core.board.places import project_of
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db import Session
from pmflow_core.db.transaction import transaction
from pmflow_core.suggestions.models import SuggestionKind, SuggestionStatus
from pmflow_core.triage import service as triage
from pmflow_core.triage.schemas import (
    Change,
    Decided,
    SuggestionQuery,
    SuggestionRead,
    SuggestionSort,
)
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("List suggestions and decide on them.")
WorkspaceSlug = Annotated[str, typer.Option("--workspace", help="The workspace's slug.")]
SuggestionId = Annotated[UUID, typer.Argument(help="The suggestion's id.")]


@app.command("list")
def list_(
    workspace: WorkspaceSlug,
    kind: Annotated[SuggestionKind | None, typer.Option(help="Only this kind.")] = None,
    status: Annotated[
        SuggestionStatus, typer.Option(help="What became of them.")
    ] = SuggestionStatus.PROPOSED,
    sort: Annotated[
        SuggestionSort, typer.Option(help="The newest or the surest first.")
    ] = SuggestionSort.NEWEST,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List what is proposed."""
    query = SuggestionQuery(kind=kind, status=status, sort=sort, limit=limit)
    with connected():
        actor = _system(workspace)
        with transaction(actor.workspace_id) as session:
            found = triage.list_suggestions(session, actor, query).items
    lines = [f"{each.id}  {each.confidence:.2f}  {each.title}: {each.reason}" for each in found]
    answer([_document(each) for each in found], "\n".join(lines) or "Nothing.", as_json=as_json)


@app.command()
def accept(
    suggestion: SuggestionId,
    workspace: WorkspaceSlug,
    project: Annotated[
        str | None, typer.Option(help="Key of the project to link to instead.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Of the new project.")] = None,
    as_json: Json = False,
) -> None:
    """Do what is suggested."""

    def decide(session: Session, actor: Actor) -> Decided:
        elsewhere = project_of(session, actor, project) if project else None
        change = Change(project_id=elsewhere, name=name)
        return triage.accept(session, actor, suggestion, change)

    _decide(workspace, decide, as_json=as_json)


@app.command()
def dismiss(suggestion: SuggestionId, workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """Put a suggestion aside; the same is not suggested again."""

    def decide(session: Session, actor: Actor) -> Decided:
        return triage.dismiss(session, actor, suggestion)

    _decide(workspace, decide, as_json=as_json)


@app.command()
def restore(suggestion: SuggestionId, workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """Propose a dismissed or expired suggestion again."""

    def decide(session: Session, actor: Actor) -> Decided:
        return triage.restore(session, actor, suggestion)

    _decide(workspace, decide, as_json=as_json)


def _system(slug: str) -> Actor:
    with in_no_workspace() as session:
        return Actor.system(workspace_by_slug(session, slug))


def _decide(slug: str, decide: Callable[[Session, Actor], Decided], *, as_json: bool) -> None:
    with connected(redis=True):
        actor = _system(slug)
        with transaction(actor.workspace_id) as session:
            done = decide(session, actor)
    document = {
        "id": str(done.id),
        "status": done.status.value,
        "outcome": done.outcome,
        "project": done.project_key,
        "run": str(done.run_id) if done.run_id else None,
    }
    answer(document, done.outcome or done.status.value, as_json=as_json)


def _document(found: SuggestionRead) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "kind": found.kind.value,
        "status": found.status.value,
        "title": found.title,
        "reason": found.reason,
        "confidence": found.confidence,
        "signal": found.signal.name if found.signal else None,
        "other_signal": found.other.name if found.other else None,
        "project": found.project.key if found.project else None,
        "theme": str(found.theme.id) if found.theme else None,
    }
