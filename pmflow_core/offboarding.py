"""The end of a workspace: what is stopped when it is deleted, and what is erased after its time."""

import shutil
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import NotFound
from pmflow_core.runs import repository as runs
from pmflow_core.runs import service as run_service
from pmflow_core.runs.service import RunIsFinished
from pmflow_core.workspaces import lifecycle

FOLDERS = ("repositories",)
"""Where in the data folder each workspace has a folder of its own, named by its id."""


def delete_workspace(session: Session, actor: Actor, repeated: str) -> None:
    """Delete the actor's workspace: nobody reaches it any more, and its open runs are cancelled.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: it was deleted meanwhile.
        NameNotRepeated: `repeated` is not its name.
    """
    actor.require(Role.ADMIN)
    # Runs first: whoever changes a run locks it before the workspace.
    for run_id in runs.open_ids(session):
        # One that ended by itself in this moment needs no cancelling.
        with suppress(RunIsFinished, NotFound):
            run_service.cancel(session, actor, run_id)
    lifecycle.mark_deleted(session, actor, repeated)


def erase_folders(workspace_id: UUID, data_dir: Path) -> None:
    """Delete what a workspace has on disk; again finds nothing.

    Before its rows, because a folder whose workspace is forgotten would be nobody's.
    """
    for name in FOLDERS:
        home = data_dir / name
        shutil.rmtree(home / str(workspace_id), ignore_errors=True)
        (home / f"{workspace_id}.lock").unlink(missing_ok=True)
