"""Actions that wait for the commit: nudges, never effects."""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session

_KEY = "on_commit"


def on_commit(session: Session, action: Callable[[], None]) -> None:
    """Run `action` after `session` commits; drop it on rollback.

    The rows are saved when it runs, so it must not fail the request: it is a nudge, and the
    reconciler repairs what a lost nudge leaves behind.
    """
    session.info.setdefault(_KEY, []).append(action)


def _run(session: Session) -> None:
    # SQLAlchemy also fires for savepoints, whose rows can still be rolled back.
    if session.in_nested_transaction():
        return
    for action in session.info.pop(_KEY, []):
        action()


def _drop(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_KEY, None)


event.listen(Session, "after_commit", _run)
event.listen(Session, "after_rollback", _drop)
