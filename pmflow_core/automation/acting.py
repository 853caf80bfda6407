"""Carrying out what was decided about a theme, in the transaction that records it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.activity import notifications
from pmflow_core.activity.notifications import Notice
from pmflow_core.automation.models import AutomaticAction, Verdict
from pmflow_core.automation.repository import PRD
from pmflow_core.automation.rules import Decision, Facts
from pmflow_core.board import service as board
from pmflow_core.errors import Conflict, NotFound
from pmflow_core.suggestions import service as suggestions
from pmflow_core.suggestions.models import SuggestionKind
from pmflow_core.suggestions.schemas import Proposal

KINDS = {
    AutomaticAction.NEW_INITIATIVE: SuggestionKind.NEW_PROJECT,
    AutomaticAction.GENERATE_PRD: SuggestionKind.GENERATE_PRD,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a decision, and the project and run that it made or is about."""

    decision: Decision
    project_id: UUID | None = None
    run_id: UUID | None = None


def carry_out(
    session: Session, actor: Actor, theme: Facts, decision: Decision, project_id: UUID | None
) -> Outcome:
    """Do what was decided and return what came of it.

    A PRD that cannot be started, as where a gate refuses it, is left to a person with the reason.
    """
    if decision.action is AutomaticAction.NOTIFY:
        return _notify(session, actor, theme, decision)
    if decision.verdict is Verdict.SUGGESTED:
        return _propose(session, actor, theme, decision, project_id)
    if decision.action is AutomaticAction.NEW_INITIATIVE:
        project = board.create_from_theme(session, actor, theme.theme_id)
        return Outcome(decision, project.id)
    if project_id is None:
        raise AssertionError("a PRD is decided on only where there is a project")
    try:
        with session.begin_nested():
            run = board.start_run(session, actor, project_id, PRD)
    except (Conflict, NotFound) as error:
        reason = f"It could not be started by itself: {error}"
        left = Decision(decision.action, Verdict.SUGGESTED, reason)
        return _propose(session, actor, theme, left, project_id)
    return Outcome(decision, project_id, run.id)


def _notify(session: Session, actor: Actor, theme: Facts, decision: Decision) -> Outcome:
    notice = Notice(
        key=f"theme-{theme.theme_id}-grown",
        kind=notifications.THEMES,
        text=f"The theme “{theme.label}” has grown to {theme.size} signals.",
        link=f"themes/{theme.theme_id}",
    )
    notifications.tell_members(session, actor, notice)
    return Outcome(decision)


def _propose(
    session: Session, actor: Actor, theme: Facts, decision: Decision, project_id: UUID | None
) -> Outcome:
    proposal = Proposal(
        kind=KINDS[decision.action],
        confidence=theme.confidence,
        reason=decision.reason,
        project_id=project_id,
        theme_id=theme.theme_id,
        detail={"size": theme.size, "customers": theme.customers},
    )
    # Proposed already, or dismissed: then a person knows, and it counts as proposed.
    suggestions.propose(session, actor, [proposal])
    return Outcome(decision, project_id)
