"""What RQ calls for maintenance: ids in, rows to the core. Each is safe to run twice."""

from uuid import UUID

from pmflow_core.automation import maintaining


def offer_chores() -> None:
    """Offer the chores that are due in any workspace, by what the rows of their rounds say."""
    maintaining.offer_due()


def do_chore(workspace_id: str, round_id: str) -> None:
    """Do one round of a chore; a second call finds nothing to do."""
    maintaining.do_chore(UUID(workspace_id), UUID(round_id))
