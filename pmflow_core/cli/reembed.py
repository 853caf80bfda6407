"""`pmflow reembed`: change signals to the embedding model of the settings."""

import time
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from pmflow_core.accounts.actor import Actor
from pmflow_core.calls.embedding import model_name
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db.transaction import transaction
from pmflow_core.intake import reembedding, waiting
from pmflow_core.intake.models import ReembeddingStatus
from pmflow_core.intake.reembedding import ReembeddingRead
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("Change the embedding model of signals.")
POLL_S = 0.5


@app.command()
def reembed(
    workspace: Annotated[str, typer.Option("--workspace", help="The workspace's slug.")],
    wait: Annotated[bool, typer.Option("--wait", help="Return when all are changed.")] = False,
    as_json: Json = False,
) -> None:
    """Embed a workspace's signals anew by the model of the settings, in the background."""
    with connected(redis=True) as here:
        model = model_name(here.settings)
        with in_no_workspace() as session:
            workspace_id = workspace_by_slug(session, workspace)
        actor = Actor.system(workspace_id)
        with transaction(workspace_id) as session:
            found = reembedding.request(session, actor, model)
        if found is not None and wait:
            found = _wait(workspace_id, actor)
    answer(_document(workspace, model, found), _words(model, found), as_json=as_json)


def _wait(workspace_id: UUID, actor: Actor) -> ReembeddingRead | None:
    with Console(stderr=True).status("Embedding…") as status:
        while True:
            with transaction(workspace_id) as session:
                found = reembedding.latest(session, actor)
            if found is None or found.status is not ReembeddingStatus.RUNNING:
                return found
            status.update(f"{found.done} of {found.total} signals. {found.error or ''}")
            waiting.require_worker(workspace_id)
            time.sleep(POLL_S)


def _document(workspace: str, model: str, found: ReembeddingRead | None) -> dict[str, Any]:
    return {
        "workspace": workspace,
        "model": model,
        "status": "current" if found is None else found.status.value,
        "done": found.done if found else 0,
        "total": found.total if found else 0,
        "error": found.error if found else None,
    }


def _words(model: str, found: ReembeddingRead | None) -> str:
    if found is None:
        return f"All signals are embedded by {model}."
    return f"{found.status.value}: {found.done} of {found.total} signals by {model}"
