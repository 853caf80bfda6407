"""`pmflow project`: pieces of product work, and why they are where they are."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import endings, reads
from pmflow_core.board import service as board
from pmflow_core.board.history import DecisionRead, list_decisions
from pmflow_core.board.schemas import GateRead, WhyRead
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.cli.lookup import project_of
from pmflow_core.db.transaction import transaction
from pmflow_core.projects.models import Decision
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("Make projects and ask about them.")


@app.command()
def create(
    workspace: Annotated[str, typer.Option(help="The workspace's slug.")],
    name: Annotated[str | None, typer.Option(help="A new idea's name.")] = None,
    theme: Annotated[UUID | None, typer.Option(help="The theme it is for.")] = None,
    as_json: Json = False,
) -> None:
    """Make a project from an idea or, with its signals as evidence, from a theme."""
    if (name is None) == (theme is None):
        raise typer.BadParameter("give either --name or --theme")
    with connected(redis=True):
        with in_no_workspace() as session:
            workspace_id = workspace_by_slug(session, workspace)
        actor = Actor.system(workspace_id)
        with transaction(workspace_id) as session:
            if theme is not None:
                made = board.create_from_theme(session, actor, theme)
            else:
                made = board.create_project(session, actor, name or "")
    document = {"key": made.key, "id": str(made.id), "name": made.name}
    answer(document, f"{made.key} {made.name}", as_json=as_json)


@app.command()
def why(
    key: Annotated[str, typer.Argument(help="The project's key, such as SPO-3.")],
    as_json: Json = False,
) -> None:
    """Say why a project is where it is and who does what next."""
    with connected():
        workspace_id, project_id = project_of(key)
        with transaction(workspace_id) as session:
            found = reads.read_why(session, Actor.system(workspace_id), project_id)
    answer(why_document(found), _sentences(found), as_json=as_json)


@app.command()
def history(
    key: Annotated[str, typer.Argument(help="The project's key, such as SPO-3.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many at most.")] = 100,
    as_json: Json = False,
) -> None:
    """List what was decided about a project and why, the newest first."""
    with connected():
        workspace_id, project_id = project_of(key)
        actor = Actor.system(workspace_id)
        with transaction(workspace_id) as session:
            found = list_decisions(session, actor, project_id, limit=limit)
    rows = [decision_document(each) for each in found]
    lines = [
        f"{each.at:%Y-%m-%d %H:%M} {each.outcome.value:<20} {each.reason}. ({each.actor})"
        for each in found
    ]
    answer(rows, "\n".join(lines) or "Nothing was decided yet.", as_json=as_json)


@app.command()
def ship(
    key: Annotated[str, typer.Argument(help="The project's key, such as SPO-3.")],
    as_json: Json = False,
) -> None:
    """Say that a project is out, when the gates of its stage pass."""
    _decide(key, endings.ship, as_json=as_json)


@app.command()
def archive(
    key: Annotated[str, typer.Argument(help="The project's key, such as SPO-3.")],
    as_json: Json = False,
) -> None:
    """Put a project away unfinished."""
    _decide(key, endings.archive, as_json=as_json)


@app.command()
def reopen(
    key: Annotated[str, typer.Argument(help="The project's key, such as SPO-3.")],
    as_json: Json = False,
) -> None:
    """Make a shipped or archived project active again."""
    _decide(key, endings.reopen, as_json=as_json)


def _decide(key: str, verb: Callable[[Session, Actor, UUID], Decision], *, as_json: bool) -> None:
    with connected(redis=True):
        workspace_id, project_id = project_of(key)
        actor = Actor.system(workspace_id)
        with transaction(workspace_id) as session:
            verb(session, actor, project_id)
            found = reads.read_why(session, actor, project_id)
    answer(why_document(found), _sentences(found), as_json=as_json)


def decision_document(found: DecisionRead) -> dict[str, object]:
    """Return a decision as programs read it."""
    return {
        "id": str(found.id),
        "at": found.at.isoformat(),
        "stage": found.stage,
        "outcome": found.outcome.value,
        "reason": found.reason,
        "next_action": found.next_action,
        "owner": found.owner,
        "actor": found.actor,
        "run": found.run_number,
        "recipe_version": found.recipe_version,
        "gates": [gate_document(gate) for gate in found.gates],
        "budget": found.budget,
    }


def gate_document(gate: GateRead) -> dict[str, object]:
    """Return a gate's verdict as programs read it."""
    return {
        "name": gate.name,
        "title": gate.title,
        "passed": gate.passed,
        "detail": gate.detail,
        "optional": gate.optional,
        "inputs": dict(gate.inputs),
    }


def why_document(found: WhyRead) -> dict[str, object]:
    """Return an explanation as programs read it."""
    return {
        "key": found.key,
        "stage": found.stage,
        "status": found.status,
        "reason": found.reason,
        "next_action": found.next_action,
        "owner": found.owner,
        "gates": [gate_document(gate) for gate in found.gates],
        "question": str(found.question_id) if found.question_id else None,
        "since": found.since.isoformat(),
    }


def _sentences(found: WhyRead) -> str:
    gates = "".join(
        f"\n  {'ok  ' if gate.passed else 'FAIL'} {gate.title}: {gate.detail}"
        for gate in found.gates
    )
    return f"{found.reason}.{gates}\nNext: {found.next_action} ({found.owner})."
