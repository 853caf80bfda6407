"""What maintenance does in a workspace: each chore one function, safe to run again at any time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications
from pmflow_core.activity.notifications import Notice
from pmflow_core.automation import chore_rows
from pmflow_core.automation.models import Chore
from pmflow_core.automation.settings import AutomationSettings
from pmflow_core.clock import utcnow
from pmflow_core.intake import duplicates
from pmflow_core.signals import bulk
from pmflow_core.signals.nudges import announce
from pmflow_core.suggestions import repository as suggestions
from pmflow_core.suggestions import service as suggestion_service

KEPT = timedelta(days=90)
"""Rounds of maintenance are forgotten after that."""


def is_on(chore: Chore, settings: AutomationSettings) -> bool:
    """Return whether the workspace wants a chore done by schedule."""
    if chore is Chore.DUPLICATES:
        return settings.duplicates
    return settings.archival if chore is Chore.ARCHIVAL else True


def find_orphans(session: Session, actor: Actor, settings: AutomationSettings) -> dict[str, Any]:
    """Count new signals that nobody linked in time, and tell editors of many, once a week."""
    actor.require(Role.EDITOR)
    count, oldest = chore_rows.orphans(session, timedelta(days=settings.orphans_after_days))
    told = 0
    if count >= settings.orphans_notify_at:
        year, week, _ = utcnow().isocalendar()
        notice = Notice(
            key=f"orphans-{year}-{week}",
            kind="inbox",
            text=f"{count:,} signals are new for more than {settings.orphans_after_days} days.",
            link="signals?status=new",
        )
        told = notifications.tell_members(session, actor, notice)
    return {"orphans": count, "oldest": oldest.isoformat() if oldest else None, "told": told}


def archive_batch(session: Session, actor: Actor, settings: AutomationSettings) -> dict[str, int]:
    """Archive up to 500 signals that are long done with; both figures are 0 when none is left.

    A linked one counts from its last link, a reviewed one from the day it came in.
    """
    actor.require(Role.EDITOR)
    linked, reviewed = chore_rows.to_archive(
        session,
        linked_for=timedelta(days=settings.archive_linked_days),
        reviewed_for=timedelta(days=settings.archive_reviewed_days),
    )
    if linked or reviewed:
        bulk.archive(session, actor, [*linked, *reviewed])
    return {"linked": len(linked), "reviewed": len(reviewed)}


def propose_merges(session: Session, actor: Actor, after: UUID | None) -> tuple[int, UUID | None]:
    """Propose merges among the next live signals; return how many are new, and the last looked at.

    What was proposed or dismissed before is not proposed again.
    """
    actor.require(Role.EDITOR)
    ids = chore_rows.live_after(session, after)
    found = duplicates.propose_for(session, actor, ids)
    return len(suggestion_service.propose(session, actor, found)), ids[-1] if ids else None


def expire(session: Session, actor: Actor) -> dict[str, int]:
    """End suggestions that nobody decided in time, and forget old rounds of maintenance."""
    actor.require(Role.EDITOR)
    expired = suggestions.expire(session)
    if expired:
        announce(session, actor.workspace_id)
    return {"suggestions": expired, "rounds": chore_rows.forget_rounds(session, KEPT)}


def workspaces_due(session: Session, pause: timedelta) -> list[UUID]:
    """Return the workspaces where a chore may be due, from outside of any."""
    return chore_rows.workspaces_to_maintain(session, pause)
