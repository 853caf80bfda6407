"""What RQ calls for people's accounts: nothing in, rows to the core. Each is safe to run twice."""

from pmflow_core.accounts import resets
from pmflow_core.db.transaction import transaction
from pmflow_core.mail import delivery
from pmflow_core.settings import get_settings
from worker.notes import NOTES


def deliver_mail() -> None:
    """Send the mails that are due; those of a server that is away wait."""
    delivery.deliver(lambda: not NOTES.asked_to_stop())


def issue_resets() -> None:
    """Write the mails of the password resets that were asked for."""
    with transaction(None) as session:
        resets.issue_asked(session, get_settings().web_url)
