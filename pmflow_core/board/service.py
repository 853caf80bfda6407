"""What a person does with projects: create, move, run, approve, edit a document."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import service as activity
from pmflow_core.calls import budgets
from pmflow_core.calls.budgets import BudgetRead
from pmflow_core.calls.models import Scope
from pmflow_core.documents import repository as document_rows
from pmflow_core.documents import service as documents
from pmflow_core.documents.citations import cited_numbers
from pmflow_core.documents.models import DocumentVersion
from pmflow_core.documents.service import Draft
from pmflow_core.errors import Conflict, Invalid, Outdated
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects.models import Decision, Outcome, Project, ProjectStatus, Stage
from pmflow_core.projects.service import Cause, Explanation
from pmflow_core.recipes import service as recipes
from pmflow_core.runs import advance, approvals, evidence
from pmflow_core.runs import repository as runs
from pmflow_core.runs import service as run_service
from pmflow_core.runs.extensions import installed
from pmflow_core.runs.gatekeeping import evaluate_gates
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.service import USUAL, RunOptions
from pmflow_core.signals import links
from pmflow_core.signals.models import Signal
from pmflow_core.themes import repository as themes
from pmflow_core.themes.repository import live


class MoveRefused(Conflict):
    """A gate of the stage does not let the project go on; the text names what is missing."""

    code = "move_refused"


class DocumentChanged(Outdated):
    """Somebody wrote a newer version since this one was opened."""

    code = "document_changed"


def create_project(session: Session, actor: Actor, name: str, description: str = "") -> Project:
    """Add a project from an idea; raises PermissionDenied or Invalid."""
    return project_service.add_project(session, actor, name, description=description)


def project_key(session: Session, actor: Actor, project_id: UUID) -> str:
    """Return a live project's key; raises NotFound."""
    actor.require(Role.VIEWER)
    return projects.get_project(session, project_id).key


def create_from_theme(
    session: Session, actor: Actor, theme_id: UUID, *, name: str | None = None
) -> Project:
    """Add a project for a theme, with the theme's signals linked, in one transaction.

    Without a name it gets the theme's.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such theme.
        Invalid: the name is longer than 120 characters.
        ThemeHasProject: the theme's project exists.
    """
    actor.require(Role.EDITOR)
    theme = themes.get_theme(session, theme_id)
    members = select(col(Signal.id)).where(col(Signal.id).in_(themes.members(theme_id)), *live())
    project = project_service.add_project(
        session,
        actor,
        name or theme.label,
        description=f"From the theme “{theme.label}”.",
        theme_id=theme_id,
    )
    reason = f"in the theme {theme.label}"
    links.link_to_project(session, actor, list(session.scalars(members)), project.id, reason=reason)
    return project


def move(
    session: Session, actor: Actor, project_id: UUID, to: str, override_reason: str | None = None
) -> Decision:
    """Move a project to a stage, forward only when the gates of its stage pass.

    An admin may override a failed gate with a reason, which is kept.

    Raises:
        PermissionDenied: not an editor, or an override by somebody who is not an admin.
        MoveRefused: a gate failed; the text says which and why.
        ProjectIsClosed: it was shipped or archived.
        RunAlreadyOpen: a run is working on the project.
    """
    actor.require(Role.EDITOR)
    project = get_free_project(session, project_id)
    here, there = projects.stage_of(session, project), projects.get_stage(session, to)
    if here.id == there.id:
        raise Conflict(f"{project.key} is in {there.name} already.")
    gates = exit_gates(session, project, here, there)
    failed = tuple(gate for gate in gates if not gate["passed"] and not gate["optional"])
    if failed and not override_reason:
        first = failed[0]
        raise MoveRefused(f"{first['title']} keeps it in {here.name}: {first['detail']}")
    if failed:
        actor.require(Role.ADMIN)
    judged = recipes.find_spec(session, here.slug)
    cause = Cause(
        recipe_version_id=judged[0].id if judged and gates else None,
        override_reason=override_reason if failed else None,
    )
    project_service.move(session, actor, project, there, cause)
    automated = recipes.find_spec(session, there.slug) is not None
    explanation = Explanation(
        Outcome.OVERRIDDEN if cause.override_reason else Outcome.MOVED,
        _moved(here, there, actor, cause.override_reason),
        f"Run {there.name}" if automated else f"Work on {there.name}, then move the project on",
        run_service.owner_name(session, project),
        gates,
    )
    return project_service.decide(session, actor, project, there.slug, explanation, cause)


def get_free_project(session: Session, project_id: UUID) -> Project:
    """Return an active project that no run is working on, locked.

    Raises:
        NotFound: no such project.
        ProjectIsClosed: it was shipped or archived.
        RunAlreadyOpen: a run is working on it.
    """
    project = projects.get_project(session, project_id, lock=True)
    project_service.require_active(project)
    if runs.open_run(session, project.id) is not None:
        raise run_service.RunAlreadyOpen(
            f"A run is working on {project.key}; cancel it or wait for its end."
        )
    return project


def start_run(
    session: Session,
    actor: Actor,
    project_id: UUID,
    stage: str | None = None,
    options: RunOptions = USUAL,
) -> StageRun:
    """Queue a run, moving the project to `stage` first when it is elsewhere.

    Raises: as `move` and as `runs.service.request_run`.
    """
    project = projects.get_project(session, project_id, lock=True)
    if stage is not None and projects.stage_of(session, project).slug != stage:
        move(session, actor, project_id, stage)
    return run_service.request_run(session, actor, project_id, options)


def approve(
    session: Session,
    actor: Actor,
    project_id: UUID,
    comment: str = "",
    seen: Mapping[str, str] | None = None,
) -> Decision:
    """Approve what a project waits with; raises as `runs.approvals.approve`."""
    project = projects.get_project(session, project_id, lock=True)
    return approvals.approve(session, actor, project, comment, seen)


def reject(session: Session, actor: Actor, project_id: UUID, comment: str) -> Decision:
    """Send a waiting project back with a reason; raises NothingToApprove or PermissionDenied."""
    project = projects.get_project(session, project_id, lock=True)
    return approvals.reject(session, actor, project, comment)


def set_budget(
    session: Session, actor: Actor, scope: Scope, subject: UUID, cap_usd: Decimal
) -> BudgetRead:
    """Set a budget's cap and let the runs that wait for money go on.

    Raises:
        PermissionDenied: the actor is not an admin.
        Invalid: the cap cannot be.
    """
    budget = budgets.set_cap(session, actor, scope, subject, cap_usd)
    for run in runs.waiting_runs(session):
        run_service.resume(session, run)
    return budget


def edit_document(
    session: Session, actor: Actor, key: str, kind: str, content: str, *, base: int
) -> DocumentVersion:
    """Write a person's edit as the next version and judge the stage's gates anew.

    `base` is the version that was opened: nobody's newer text is overwritten unseen.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: the project has no such document.
        DocumentChanged: a newer version exists.
        Invalid: the text is empty, too long, or the same as before.
    """
    actor.require(Role.EDITOR)
    project = projects.get_project(session, projects.get_by_key(session, key).id, lock=True)
    document_rows.lock_document(session, actor.workspace_id, project.id, kind)
    document, version = document_rows.get_version(session, project.id, kind)
    if document.latest != base:
        raise DocumentChanged(
            f"Version {document.latest} was written meanwhile; compare before you save."
        )
    if content == version.content:
        raise Invalid("Nothing was changed.")
    signals = evidence.citable(session, cited_numbers(content))
    draft = Draft(version.template, content)
    written = documents.save_version(session, actor, project.id, draft, signals)
    _record_writing(session, actor, project.id, written)
    note = approvals.note_voided(session, actor, project.id, written, version.sha256)
    if project.status is ProjectStatus.ACTIVE and runs.open_run(session, project.id) is None:
        advance.check_again(session, actor, project, note)
    return written


def write_document(
    session: Session, actor: Actor, key: str, kind: str, content: str
) -> DocumentVersion:
    """Write a person's text as the first version of a document the project does not have.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such project.
        DocumentChanged: somebody wrote that document meanwhile.
        Invalid: there is no such type of document, or the text is empty or too long.
    """
    actor.require(Role.EDITOR)
    name = documents.template_of(kind).name
    project = projects.get_project(session, projects.get_by_key(session, key).id, lock=True)
    document = document_rows.lock_document(session, actor.workspace_id, project.id, kind)
    if document.latest:
        raise DocumentChanged(f"Version {document.latest} exists by now; look at it first.")
    signals = evidence.citable(session, cited_numbers(content))
    written = documents.save_version(session, actor, project.id, Draft(name, content), signals)
    _record_writing(session, actor, project.id, written)
    if project.status is ProjectStatus.ACTIVE and runs.open_run(session, project.id) is None:
        advance.check_again(session, actor, project)
    return written


def _record_writing(
    session: Session, actor: Actor, project_id: UUID, written: DocumentVersion
) -> None:
    title = documents.template(written.template).title
    verb = "Wrote" if written.number == 1 else "Edited"
    text = f"{verb} {title}, version {written.number}"
    activity.record(session, actor, project_id, "document", text)


def exit_gates(
    session: Session, project: Project, here: Stage, there: Stage
) -> tuple[dict[str, object], ...]:
    """Return the verdicts that a forward move needs; going back needs none."""
    found = recipes.find_spec(session, here.slug)
    if there.position < here.position or found is None:
        return ()
    verdicts = evaluate_gates(session, project, found[1], installed())
    return tuple(verdict.as_json() for verdict in verdicts)


def _moved(here: Stage, there: Stage, actor: Actor, override_reason: str | None) -> str:
    how = f", overriding the gates: {override_reason}" if override_reason else ""
    return f"Moved from {here.name} to {there.name} by {actor.name}{how}"
