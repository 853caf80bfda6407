"""Looking at a workspace's themes and doing what is due, in one transaction for each theme."""

from collections import Counter
from dataclasses import replace
from uuid import UUID

from pmflow_core.accounts.actor import Actor
from pmflow_core.automation import service
from pmflow_core.automation.models import AutomaticAction, Verdict
from pmflow_core.automation.rules import Decision
from pmflow_core.automation.schemas import Evaluated
from pmflow_core.automation.service import ActedMeanwhile
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PmflowError
from pmflow_core.logs import get_logger

log = get_logger(__name__)


def evaluate(workspace_id: UUID) -> Evaluated:
    """Do what is due for the workspace's themes, note why not for the others; return the figures.

    It may be called at any time, any number of times and by many at once: what was done for a theme
    is not done again. Whoever dies on the way leaves whole themes behind.
    """
    actor = Actor.system(workspace_id)
    with transaction(workspace_id) as session:
        due = service.themes_to_act_on(session, actor)
    count: Counter[str] = Counter()
    acted_on: set[UUID] = set()
    for theme_id in due:
        if done := _act_on(actor, theme_id):
            acted_on.add(theme_id)
            count.update(_kind(decision) for decision in done)
    with transaction(workspace_id) as session:
        noted = service.note_skips(session, actor, acted_on)
    found = replace(
        noted, done=count["done"], suggested=count["suggested"], notified=count["notified"]
    )
    if count:
        log.info("automation.acted", workspace_id=str(workspace_id), **count)
    return found


def _act_on(actor: Actor, theme_id: UUID) -> list[Decision]:
    try:
        with transaction(actor.workspace_id) as session:
            return service.act_on(session, actor, theme_id)
    except ActedMeanwhile:
        log.info("automation.outrun", theme_id=str(theme_id))
    except PmflowError as error:
        # One theme that cannot be acted on must not keep the others from their turn.
        log.warning("automation.refused", theme_id=str(theme_id), error=str(error))
    return []


def _kind(decision: Decision) -> str:
    if decision.action is AutomaticAction.NOTIFY:
        return "notified"
    return "done" if decision.verdict is Verdict.DONE else "suggested"
