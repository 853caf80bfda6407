"""The effect that commits what a step wrote to the workspace's git repository, once."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.db.patient import patiently
from pmflow_core.documents.models import DocumentVersion
from pmflow_core.documents.service import template
from pmflow_core.outbox import service as outbox
from pmflow_core.outbox.effects import EffectKind
from pmflow_core.projects import repository as projects
from pmflow_core.runs.effects.git_repository import Commit, commit_once
from pmflow_core.runs.models import RunStep, StageRun

NAME = "git_commit"


def git_commit(repositories: Path) -> EffectKind:
    """Return the effect; each workspace has a bare repository in the folder `repositories`."""
    return EffectKind(NAME, partial(_carry_out, repositories))


def request_commit(session: Session, run: StageRun, step: RunStep, version_id: UUID) -> None:
    """Have the document that a step wrote committed, in the transaction that records the step."""
    project = projects.get_project(session, run.project_id)
    version = session.get_one(DocumentVersion, version_id)
    payload = {
        "project_id": str(project.id),
        "project": project.key,
        "document": template(version.template).document_type,
        "version_id": str(version_id),
        "version": version.number,
        "run_id": str(run.id),
        "run": run.number,
        "step_key": step.step_key,
        "title": step.title,
    }
    outbox.add(session, NAME, f"{NAME}:{run.id}:{step.step_key}", payload)


def _carry_out(repositories: Path, workspace_id: UUID, payload: Mapping[str, Any]) -> None:
    version_id = UUID(payload["version_id"])
    version = patiently(workspace_id, lambda session: session.get_one(DocumentVersion, version_id))
    title = " ".join(str(payload["title"]).split())
    commit = Commit(
        run_id=str(payload["run_id"]),
        step_key=str(payload["step_key"]),
        author=f"Run {payload['run']}",
        subject=f"{payload['project']}: {title}, version {payload['version']}",
        at=version.created_at,
        files={f"{payload['project']}/{payload['document']}.md": version.content},
    )
    commit_once(repositories / str(workspace_id), commit)
