"""What pmflow does about themes by itself, one theme at a time, and what it lets people see.

A theme is acted on inside one transaction: facts are read, rules asked and everything that follows
is written under a lock of the workspace, so that nothing is half done and the caps hold exactly.
"""

from collections.abc import Sequence, Set
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.automation import acting, facts, repository
from pmflow_core.automation.models import AutomationEvent, Verdict
from pmflow_core.automation.rules import Decision, Facts, decide, decide_all
from pmflow_core.automation.schemas import Evaluated, EventRead
from pmflow_core.automation.settings import AREA, AutomationSettings
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.signals.nudges import announce
from pmflow_core.workspaces import preferences


class ActedMeanwhile(Exception):
    """Somebody else has just done it; the transaction must be rolled back."""


def read_settings(session: Session, actor: Actor) -> AutomationSettings:
    """Return what the workspace lets pmflow do by itself."""
    return preferences.read_settings(session, actor, AREA, AutomationSettings)


def write_settings(
    session: Session, actor: Actor, settings: AutomationSettings
) -> AutomationSettings:
    """Set what pmflow may do by itself; it counts from the next evaluation on.

    Raises:
        PermissionDenied: the actor is not an admin.
    """
    written = preferences.write_settings(session, actor, AREA, settings)
    publish_on_commit(session, topics.automation(actor.workspace_id))
    return written


def list_events(
    session: Session,
    actor: Actor,
    *,
    verdicts: Sequence[Verdict] | None = None,
    theme_id: UUID | None = None,
    below: UUID | None = None,
    limit: int = 50,
) -> list[EventRead]:
    """Return what was done and skipped and why, the newest first."""
    actor.require(Role.VIEWER)
    return repository.list_events(
        session, verdicts=verdicts, theme_id=theme_id, below=below, limit=limit
    )


def themes_to_act_on(session: Session, actor: Actor) -> list[UUID]:
    """Return the themes about which something would be done now, the strongest first."""
    actor.require(Role.EDITOR)
    decisions = _decide_all(session, actor)
    return [theme for theme, found in decisions.items() if any(each.acts for each in found)]


def act_on(session: Session, actor: Actor, theme_id: UUID) -> list[Decision]:
    """Do what is due for a theme and return what was done; nothing where nothing is due any more.

    Why the rest is not done is recorded with it.

    Raises:
        ActedMeanwhile: another evaluation was quicker.
    """
    actor.require(Role.EDITOR)
    repository.lock_automation(session, actor.workspace_id)
    theme = facts.find(session, actor, theme_id)
    if theme is None:
        return []
    decided = decide(theme, facts.read_used(session, actor), read_settings(session, actor))
    done: list[Decision] = []
    project = None if theme.project is None else theme.project.id
    for decision in decided:
        if not decision.acts:
            continue
        outcome = acting.carry_out(session, actor, theme, decision, project)
        project = outcome.project_id or project
        event = _event(actor, theme, outcome.decision)
        event.project_id, event.run_id = outcome.project_id, outcome.run_id
        if not repository.add_act(session, event):
            raise ActedMeanwhile
        done.append(outcome.decision)
    if done:
        _note(session, actor, [(theme, decided)])
        _announce(session, actor)
    return done


def note_skips(session: Session, actor: Actor, acted_on: Set[UUID] = frozenset()) -> Evaluated:
    """Record why nothing is done about themes, where that is news, and return the figures.

    Themes that were `acted_on` just now have theirs recorded already.
    """
    actor.require(Role.EDITOR)
    repository.lock_automation(session, actor.workspace_id)
    every = facts.read_all(session, actor)
    decisions = _decide_all(session, actor, every)
    others = [theme for theme in every if theme.theme_id not in acted_on]
    found = [(theme, decisions[theme.theme_id]) for theme in others]
    skipped = _note(session, actor, found)
    if skipped:
        _announce(session, actor)
    return Evaluated(themes=len(every), skipped=skipped)


def _note(session: Session, actor: Actor, found: Sequence[tuple[Facts, Sequence[Decision]]]) -> int:
    """Write the skips whose verdict is another than the last of that theme and action."""
    known = repository.last_verdicts(session)
    skipped = [
        _event(actor, theme, decision)
        for theme, decisions in found
        for decision in decisions
        if not decision.acts
        and known.get((theme.theme_id, decision.action)) is not decision.verdict
    ]
    session.add_all(skipped)
    session.flush()
    return len(skipped)


def _decide_all(
    session: Session, actor: Actor, themes: list[Facts] | None = None
) -> dict[UUID, list[Decision]]:
    every = facts.read_all(session, actor) if themes is None else themes
    used = facts.read_used(session, actor)
    return dict(decide_all(every, used, read_settings(session, actor)))


def _event(actor: Actor, theme: Facts, decision: Decision) -> AutomationEvent:
    return AutomationEvent(
        workspace_id=actor.workspace_id,
        theme_id=theme.theme_id,
        action=decision.action,
        verdict=decision.verdict,
        reason=decision.reason,
        facts=_shown(theme),
    )


def _shown(theme: Facts) -> dict[str, Any]:
    return {
        "size": theme.size,
        "customers": theme.customers,
        "confidence": round(theme.confidence, 3),
        "worst": theme.worst.value if theme.worst else None,
    }


def _announce(session: Session, actor: Actor) -> None:
    publish_on_commit(session, topics.automation(actor.workspace_id))
    announce(session, actor.workspace_id)
