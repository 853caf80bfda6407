"""From what a person types to the row it names, with its workspace."""

from uuid import UUID

from pmflow_core.cli.frame import in_no_workspace
from pmflow_core.errors import NotFound
from pmflow_core.projects import repository as projects
from pmflow_core.runs import repository as runs


def project_of(key: str) -> tuple[UUID, UUID]:
    """Return (workspace id, project id) of a project's key; raises NotFound."""
    with in_no_workspace() as session:
        found = projects.resolve_key(session, key)
    if found is None:
        raise NotFound(f"There is no project {key}.")
    return found


def workspace_of_run(run_id: UUID) -> UUID:
    """Return a run's workspace; raises NotFound."""
    with in_no_workspace() as session:
        workspace_id = runs.workspace_of(session, run_id)
    if workspace_id is None:
        raise NotFound(f"There is no run {run_id}.")
    return workspace_id
