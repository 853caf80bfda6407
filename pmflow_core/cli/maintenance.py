"""`pmflow maintenance`: the chores that keep a workspace tidy."""

from typing import Annotated, Any
from uuid import UUID

import typer

from pmflow_core.accounts.actor import Actor
from pmflow_core.automation import maintaining, maintenance
from pmflow_core.automation.models import Chore
from pmflow_core.automation.schemas import ChoreRead, RoundRead
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Conflict
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("Do the chores of maintenance, and see what they came to.")
WorkspaceSlug = Annotated[str, typer.Option("--workspace", help="The workspace's slug.")]


class ChoreFailed(Conflict):
    """A chore did not come to its end; the text says why."""

    code = "chore_failed"


@app.command("list")
def list_(workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """List the chores with their last results and when they are due."""
    with connected():
        workspace_id = _workspace(workspace)
        with transaction(workspace_id) as session:
            found = maintenance.read_chores(session, Actor.system(workspace_id))
    answer([_chore(each) for each in found], "\n".join(map(_line, found)), as_json=as_json)


@app.command()
def run(
    workspace: WorkspaceSlug,
    chore: Annotated[
        Chore | None, typer.Argument(help="Absent: every chore that is switched on.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Do a chore here and now, without a worker."""
    with connected(redis=True):
        workspace_id = _workspace(workspace)
        actor = Actor.system(workspace_id)
        with transaction(workspace_id) as session:
            on = [each.chore for each in maintenance.read_chores(session, actor) if each.is_on]
        done = [_do(actor, each) for each in ([chore] if chore else on)]
    rows = [_round(each) for each in done]
    lines = [f"{each.chore.value:<12} {_figures(each)}" for each in done]
    answer(rows, "\n".join(lines), as_json=as_json)


def _workspace(slug: str) -> UUID:
    with in_no_workspace() as session:
        return workspace_by_slug(session, slug)


def _do(actor: Actor, chore: Chore) -> RoundRead:
    with transaction(actor.workspace_id) as session:
        asked = maintenance.begin(session, actor, chore)
    done = maintaining.do_chore(actor.workspace_id, asked)
    if done is None:
        raise ChoreFailed(f"A worker is doing {chore.value}; see `pmflow maintenance list`.")
    if done.error is not None:
        raise ChoreFailed(f"{chore.value}: {done.error}")
    return done


def _line(found: ChoreRead) -> str:
    due = f"next {found.next_at:%Y-%m-%d %H:%M} UTC" if found.next_at else "off"
    last = f"{found.last.at:%Y-%m-%d %H:%M}  {_figures(found.last)}" if found.last else "never done"
    return f"{found.chore.value:<12} {due:<28} {last}"


def _figures(found: RoundRead) -> str:
    if found.error is not None:
        return found.error
    if found.finished_at is None:
        return "goes on"
    return ", ".join(f"{name} {value}" for name, value in found.result.items() if value is not None)


def _chore(found: ChoreRead) -> dict[str, Any]:
    return {
        "chore": found.chore.value,
        "on": found.is_on,
        "next_at": found.next_at.isoformat() if found.next_at else None,
        "last": _round(found.last) if found.last else None,
    }


def _round(found: RoundRead) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "chore": found.chore.value,
        "at": found.at.isoformat(),
        "finished_at": found.finished_at.isoformat() if found.finished_at else None,
        "result": dict(found.result),
        "error": found.error,
        "by_hand": found.by_hand,
    }
