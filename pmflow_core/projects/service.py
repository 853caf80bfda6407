"""Projects and their moves: what is written in one transaction when a card changes place.

Whether a move is allowed is decided above (gates need documents and signals); here it is recorded.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import service as activity
from pmflow_core.calls import budgets
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.outgoing import announcing as outgoing
from pmflow_core.outgoing.models import EventType
from pmflow_core.projects import repository, stage_rows
from pmflow_core.projects.models import (
    Decision,
    Outcome,
    Project,
    ProjectStatus,
    Stage,
    StageTransition,
)
from pmflow_core.projects.schemas import ProjectEdit
from pmflow_core.workspaces import repository as members
from pmflow_core.workspaces.models import Workspace
from pmflow_core.workspaces.numbers import take_numbers

DEFAULT_STAGES = ("Inbox", "Discovery", "PRD", "Design", "Prototype", "Validate", "Tickets")
NAME_LENGTH = 120
LOOP_MOVES = 3
LOOP_SECONDS = 60.0


class ThemeHasProject(Conflict):
    """An active project was already made from that theme."""

    code = "theme_has_project"


class StageIsDisabled(Conflict):
    """The stage was taken off the board in this moment."""

    code = "stage_is_disabled"


class ProjectIsClosed(Conflict):
    """The project was shipped or archived; nothing goes on with it until it is reopened."""

    code = "project_is_closed"


class OwnerUnknown(Invalid):
    """A project's owner must be a member of its workspace."""

    code = "owner_unknown"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a project is where it is and what happens next; no part may be empty."""

    outcome: Outcome
    reason: str
    next_action: str
    owner: str
    gates: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """What made a move or a decision happen."""

    run_id: UUID | None = None
    recipe_version_id: UUID | None = None
    automatic: bool = False
    override_reason: str | None = None


def seed_stages(session: Session, workspace_id: UUID) -> None:
    """Give a new workspace its pipeline (domain: inbox to tickets)."""
    for position, name in enumerate(DEFAULT_STAGES):
        session.add(
            Stage(workspace_id=workspace_id, slug=name.lower(), name=name, position=position)
        )
    session.flush()


def add_project(
    session: Session,
    actor: Actor,
    name: str,
    *,
    description: str = "",
    theme_id: UUID | None = None,
) -> Project:
    """Add a project to the first stage, owned by the actor, and return it.

    Raises:
        PermissionDenied: the actor is not an editor.
        Invalid: the name is empty or longer than 120 characters.
        ThemeHasProject: the theme's project exists; its key is named.
    """
    actor.require(Role.EDITOR)
    name = _parse_name(name)
    _require_no_project(session, theme_id)
    workspace = session.get_one(Workspace, actor.workspace_id)
    number = take_numbers(session, actor.workspace_id, "project")
    project = Project(
        workspace_id=actor.workspace_id,
        number=number,
        key=f"{workspace.key_prefix}-{number}",
        name=name,
        description=description.strip(),
        stage_id=repository.list_stages(session)[0].id,
        stage_since=utcnow(),
        owner_id=actor.user_id,
        theme_id=theme_id,
    )
    session.add(project)
    session.flush()
    audit.record(session, actor, "project.created", project.key, {"name": name})
    activity.record(session, actor, project.id, "created", f"Created {project.key} {name}")
    _tell(session, EventType.PROJECT_CREATED, project, {"name": name, "theme_id": theme_id})
    announce(session, project)
    return project


def edit(session: Session, actor: Actor, project: Project, changes: ProjectEdit) -> None:
    """Change what people say about a locked project, with its activity and audit rows.

    Raises:
        PermissionDenied: the actor is not an editor.
        Invalid: the name is empty or longer than 120 characters.
        OwnerUnknown: the owner is no member of the workspace.
    """
    actor.require(Role.EDITOR)
    sent = changes.model_dump(exclude_unset=True)
    if "name" in sent:
        sent["name"] = _parse_name(sent["name"] or "")
    if "description" in sent:
        sent["description"] = (sent["description"] or "").strip()
    owner = sent.get("owner_id")
    if owner is not None and members.find_role(session, actor.workspace_id, owner) is None:
        raise OwnerUnknown("The owner of a project is a member of its workspace.")
    changed = {name: value for name, value in sent.items() if getattr(project, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(project, name, value)
    session.flush()
    audit.record(session, actor, "project.edited", project.key, changes.as_detail(changed))
    words = ", ".join(name.removesuffix("_id") for name in changed)
    activity.record(session, actor, project.id, "edited", f"Changed the {words}")
    announce(session, project)


def delete(session: Session, actor: Actor, project: Project) -> None:
    """Move a locked project into the bin; what belongs to it stays, for a restore."""
    actor.require(Role.EDITOR)
    project.deleted_at = utcnow()
    session.flush()
    audit.record(session, actor, "project.deleted", project.key, {"name": project.name})
    activity.record(session, actor, project.id, "deleted", f"Deleted {project.key}")
    announce(session, project)


def restore(session: Session, actor: Actor, project: Project) -> None:
    """Bring a locked project back from the bin; one that is not in it stays as it is.

    Raises:
        PermissionDenied: the actor is not an editor.
        ThemeHasProject: its theme has another active project by now.
    """
    actor.require(Role.EDITOR)
    if project.deleted_at is None:
        return
    if project.status is ProjectStatus.ACTIVE:
        _require_no_project(session, project.theme_id)
    project.deleted_at = None
    session.flush()
    audit.record(session, actor, "project.restored", project.key, {"name": project.name})
    activity.record(session, actor, project.id, "restored", f"Restored {project.key}")
    announce(session, project)


def _parse_name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise Invalid(f"A project's name has 1 to {NAME_LENGTH} characters.")
    return name


def _require_no_project(session: Session, theme_id: UUID | None) -> None:
    if theme_id is None:
        return
    # Two people may press the button at once: the second waits here, then sees the first's row.
    repository.lock_theme(session, theme_id)
    taken = repository.find_by_theme(session, theme_id)
    if taken is not None:
        raise ThemeHasProject(f"This theme already has the project {taken.key}.")


def move(session: Session, actor: Actor, project: Project, to: Stage, cause: Cause) -> None:
    """Put a locked project into stage `to`, with its transition, activity and audit rows.

    Raises:
        StageIsDisabled: somebody took the stage off the board in this moment.
    """
    if not stage_rows.hold_enabled(session, to.id):
        raise StageIsDisabled(f"{to.name} was disabled just now; choose another stage.")
    origin = repository.stage_of(session, project)
    repository.put_into(session, project, to)
    session.add(
        StageTransition(
            workspace_id=project.workspace_id,
            project_id=project.id,
            from_stage=origin.slug,
            to_stage=to.slug,
            automatic=cause.automatic,
            run_id=cause.run_id,
            actor_id=actor.user_id,
            override_reason=cause.override_reason,
        )
    )
    detail = {"from": origin.slug, "to": to.slug, "override_reason": cause.override_reason}
    audit.record(session, actor, "project.moved", project.key, detail)
    activity.record(session, actor, project.id, "move", f"Moved from {origin.name} to {to.name}")
    moved = {"from": origin.slug, "to": to.slug, "automatic": cause.automatic}
    _tell(session, EventType.PROJECT_MOVED, project, {**moved, "run_id": cause.run_id})
    announce(session, project)


def decide(
    session: Session,
    actor: Actor,
    project: Project,
    stage: str,
    explanation: Explanation,
    cause: Cause,
) -> Decision:
    """Write the immutable record of one evaluation, and return it."""
    decision = Decision(
        workspace_id=project.workspace_id,
        project_id=project.id,
        run_id=cause.run_id,
        recipe_version_id=cause.recipe_version_id,
        stage=stage,
        outcome=explanation.outcome,
        gates=list(explanation.gates),
        budget=budgets.snapshot(session, project.workspace_id, project.id, cause.run_id),
        reason=explanation.reason,
        next_action=explanation.next_action,
        owner=explanation.owner,
        actor_id=actor.user_id,
    )
    session.add(decision)
    session.flush()
    if explanation.outcome is Outcome.WAITS_FOR_APPROVAL:
        waits = {"stage": stage, "reason": explanation.reason, "run_id": cause.run_id}
        _tell(session, EventType.APPROVAL_NEEDED, project, {**waits, "owner": explanation.owner})
    announce(session, project)
    return decision


def require_active(project: Project) -> None:
    """Raise ProjectIsClosed when the project was shipped or archived."""
    if project.status is not ProjectStatus.ACTIVE:
        raise ProjectIsClosed(f"{project.key} is {project.status.value}; reopen it first.")


def set_status(session: Session, actor: Actor, project: Project, status: ProjectStatus) -> None:
    """Set a locked project's status, with its activity and audit rows.

    Raises:
        ThemeHasProject: it would be active beside another project of its theme.
    """
    if status is ProjectStatus.ACTIVE:
        _require_no_project(session, project.theme_id)
    before, project.status = project.status, status
    session.flush()
    detail = {"from": before.value, "to": status.value}
    audit.record(session, actor, "project.status_changed", project.key, detail)
    word = "Reopened" if status is ProjectStatus.ACTIVE else status.value.capitalize()
    activity.record(session, actor, project.id, "status", f"{word} {project.key}")
    changed = {"from": before.value, "to": status.value}
    _tell(session, EventType.PROJECT_STATUS_CHANGED, project, changed)
    announce(session, project)


def is_looping(session: Session, project: Project, stage: Stage) -> bool:
    """Return whether automation has put the project into `stage` three times within 60 s."""
    moves = repository.automatic_moves_within(session, project.id, stage.slug, seconds=LOOP_SECONDS)
    return moves >= LOOP_MOVES


def _tell(session: Session, event: EventType, project: Project, facts: dict[str, Any]) -> None:
    """Tell other programs what happened to a project."""
    outgoing.announce(session, event, {"project_id": project.id, "project": project.key, **facts})


def announce(session: Session, project: Project) -> None:
    """Nudge whoever watches the board or this project, after the commit."""
    publish_on_commit(session, topics.board(project.workspace_id), topics.project(project.id))
