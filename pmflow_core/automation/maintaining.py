"""Doing a round of maintenance: claimed by one worker, its work in transactions of its own."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.automation import chore_rows, chores, maintenance, service
from pmflow_core.automation.evaluating import evaluate
from pmflow_core.automation.models import Chore
from pmflow_core.automation.schemas import RoundRead
from pmflow_core.board import trash
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PmflowError
from pmflow_core.intake import closing
from pmflow_core.integrations import webhooks
from pmflow_core.logs import get_logger

log = get_logger(__name__)
Figures = Mapping[str, Any]
Hold = Callable[[], None]
PAUSE = min(maintenance.EVERY.values())


def offer_due() -> int:
    """Open and offer what is due in every workspace; return how many rounds wait.

    Rows say what is due, so doing this twice, or after Redis was lost, opens nothing twice.
    """
    with transaction(None) as session:
        workspaces = chores.workspaces_due(session, PAUSE)
    offered = 0
    for workspace_id in workspaces:
        with transaction(workspace_id) as session:
            offered += len(maintenance.request_due(session, Actor.system(workspace_id)))
    return offered


def offer_automation() -> int:
    """Have the themes of every workspace with signals looked at now; return how many those are."""
    with transaction(None) as session:
        workspaces = chores.workspaces_due(session, timedelta(0))
    for workspace_id in workspaces:
        with transaction(workspace_id) as session:
            maintenance.request(session, Actor.system(workspace_id), Chore.AUTOMATION)
    return len(workspaces)


def do_chore(workspace_id: UUID, round_id: UUID) -> RoundRead | None:
    """Do an open round and return it; None when it is finished already or another worker has it.

    A round whose worker died is free again after ten minutes; every chore may be done again.
    """
    actor = Actor.system(workspace_id)
    with transaction(workspace_id) as session:
        row = chore_rows.claim_round(session, round_id)
        if row is None:
            return None
        maintenance.announce(session, actor)

    def hold() -> None:
        with transaction(workspace_id) as session:
            chore_rows.hold_round(session, round_id)

    try:
        figures = WORK[row.chore](workspace_id, hold)
    except PmflowError as error:
        return _finish(actor, row.chore, round_id, {}, str(error))
    except Exception as error:
        _finish(actor, row.chore, round_id, {}, f"Internal error: {type(error).__name__}.")
        raise
    return _finish(actor, row.chore, round_id, figures, None)


def _finish(
    actor: Actor, chore: Chore, round_id: UUID, figures: Figures, error: str | None
) -> RoundRead:
    with transaction(actor.workspace_id) as session:
        chore_rows.finish_round(session, round_id, figures, error)
        maintenance.announce(session, actor)
    with transaction(actor.workspace_id) as session:
        found = chore_rows.get_round(session, round_id)
    log.info("chore.finished", chore=chore.value, workspace_id=str(actor.workspace_id), error=error)
    return maintenance.as_read(found)


def _automation(workspace_id: UUID, _hold: Hold) -> Figures:
    return asdict(evaluate(workspace_id))


def _orphans(workspace_id: UUID, _hold: Hold) -> Figures:
    actor = Actor.system(workspace_id)
    with transaction(workspace_id) as session:
        return chores.find_orphans(session, actor, service.read_settings(session, actor))


def _archival(workspace_id: UUID, hold: Hold) -> Figures:
    actor = Actor.system(workspace_id)
    total = {"linked": 0, "reviewed": 0}
    while True:
        with transaction(workspace_id) as session:
            settings = service.read_settings(session, actor)
            batch = chores.archive_batch(session, actor, settings)
        if not any(batch.values()):
            return total
        total = {name: total[name] + batch[name] for name in total}
        hold()


def _duplicates(workspace_id: UUID, hold: Hold) -> Figures:
    actor, last, total = Actor.system(workspace_id), None, 0
    while True:
        with transaction(workspace_id) as session:
            proposed, last = chores.propose_merges(session, actor, last)
        total += proposed
        if last is None:
            return {"proposed": total}
        hold()


def _expiry(workspace_id: UUID, _hold: Hold) -> Figures:
    with transaction(workspace_id) as session:
        return chores.expire(session, Actor.system(workspace_id))


def _trash(workspace_id: UUID, hold: Hold) -> Figures:
    actor = Actor.system(workspace_id)
    total: dict[str, int] = {}
    while True:
        with transaction(workspace_id) as session:
            batch = _erase(session, actor)
        total = {kind: total.get(kind, 0) + number for kind, number in batch.items()}
        if not any(batch.values()):
            return total
        hold()


def _erase(session: Session, actor: Actor) -> dict[str, int]:
    before = utcnow() - trash.KEPT
    return {
        **trash.erase_old(session, actor),
        "webhook": closing.erase_closed(session, actor, before),
        "outgoing_webhook": webhooks.erase_deleted(session, actor, before),
    }


WORK: Mapping[Chore, Callable[[UUID, Hold], Figures]] = {
    Chore.AUTOMATION: _automation,
    Chore.ORPHANS: _orphans,
    Chore.DUPLICATES: _duplicates,
    Chore.ARCHIVAL: _archival,
    Chore.EXPIRY: _expiry,
    Chore.TRASH: _trash,
}
