"""What RQ calls for maintenance: ids in, rows to the core. Each is safe to run twice."""

from uuid import UUID

from pmflow_core import offboarding
from pmflow_core.automation import maintaining
from pmflow_core.db.transaction import transaction
from pmflow_core.logs import get_logger
from pmflow_core.settings import get_settings
from pmflow_core.workspaces import lifecycle

log = get_logger(__name__)


def offer_chores() -> None:
    """Offer the chores that are due in any workspace, by what the rows of their rounds say."""
    maintaining.offer_due()


def do_chore(workspace_id: str, round_id: str) -> None:
    """Do one round of a chore; a second call finds nothing to do."""
    maintaining.do_chore(UUID(workspace_id), UUID(round_id))


def purge_workspaces() -> None:
    """Erase the workspaces that were deleted 30 days ago, each in a transaction of its own."""
    with transaction(None) as session:
        ended = lifecycle.to_purge(session)
    for workspace_id in ended:
        offboarding.erase_folders(workspace_id, get_settings().data_dir)
        with transaction(None) as session:
            erased = lifecycle.purge(session, workspace_id)
        if erased:
            log.info("workspace.purged", workspace_id=str(workspace_id))
