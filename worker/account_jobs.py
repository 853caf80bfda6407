"""What RQ calls for people's accounts: nothing in, rows to the core. Each is safe to run twice."""

from pmflow_core.mail import delivery
from worker.notes import NOTES


def deliver_mail() -> None:
    """Send the mails that are due; those of a server that is away wait."""
    delivery.deliver(lambda: not NOTES.asked_to_stop())
