"""Who may make an account."""

from pmflow_core.db import Session
from pmflow_core.settings import get_settings
from pmflow_core.workspaces import invitations


def may_come(session: Session, email: str) -> bool:
    """Return whether the owner of an address may make an account: all may, or the invited.

    Raises:
        InvalidEmail: the address cannot be one.
    """
    return get_settings().signup == "open" or invitations.is_invited(session, email)
