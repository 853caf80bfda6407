"""From texts to a PRD by the workers alone: themes, a project, a run with evidence, once each."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from pmflow_core import onboarding
from pmflow_core.accounts.actor import Actor
from pmflow_core.accounts.models import User
from pmflow_core.automation import service
from pmflow_core.automation.evaluating import evaluate
from pmflow_core.automation.models import AutomaticAction, AutomationEvent, Verdict
from pmflow_core.automation.settings import AutomationSettings, Depth
from pmflow_core.db.transaction import transaction
from pmflow_core.demo import load
from pmflow_core.documents import repository as documents
from pmflow_core.documents.models import Citation
from pmflow_core.projects.models import Project
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import RunStatus
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Signal, SignalProject, Source
from pmflow_core.signals.schemas import SignalIn
from tests.worker.conftest import House

pytestmark = pytest.mark.processes
TEXTS = Path(load.__file__).with_name("bank_app.jsonl")
MANY = 200
THEMES = 2


@pytest.fixture
def actor(house: House, extensions: Extensions) -> Actor:
    """The system in a workspace on full automation that received 200 texts."""
    del house, extensions
    workspace_id = uuid4()
    actor = Actor.system(workspace_id)
    with transaction(workspace_id) as session:
        user = User(email=f"{workspace_id.hex}@example.com", name="Product lead")
        session.add(user)
        session.flush()
        slug = f"auto-{workspace_id.hex[:10]}"
        onboarding.create_workspace(
            session, workspace_id, name="Automatic", slug=slug, admin_user_id=user.id
        )
        wanted = AutomationSettings(depth=Depth.FULL_AUTO, daily_cap=2 * THEMES, min_confidence=0.4)
        service.write_settings(session, actor, wanted)
        lines = TEXTS.read_text(encoding="utf-8").splitlines()[:MANY]
        rows = [SignalIn(text=json.loads(line)["text"]) for line in lines]
        signals.ingest(session, actor, rows, source=Source.API)
    return actor


def runs_of(actor: Actor) -> list[StageRun]:
    with transaction(actor.workspace_id) as session:
        return list(session.scalars(select(StageRun).order_by(col(StageRun.number))))


def wait_for_runs(actor: Actor, seconds: float = 200) -> list[StageRun]:
    """Return the runs once so many have ended, looking at the themes again all the while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda _: evaluate(actor.workspace_id), range(3)))
        found = runs_of(actor)
        if len(found) >= THEMES and all(run.finished_at for run in found):
            return found
        time.sleep(1)
    raise AssertionError(f"still {[run.status for run in runs_of(actor)]}")


def cited_of(actor: Actor, project_id: UUID) -> tuple[int, int]:
    """Return how often a project's PRD cites, and how many signals are linked to it."""
    with transaction(actor.workspace_id) as session:
        _, version = documents.get_version(session, project_id, "prd")
        cited = session.scalar(select(func.count()).where(col(Citation.version_id) == version.id))
        linked = session.scalar(
            select(func.count()).where(col(SignalProject.project_id) == project_id)
        )
    return cited or 0, linked or 0


def test_texts_become_themes_projects_and_prds_once_each_by_the_workers_alone(
    house: House, actor: Actor
) -> None:
    """Failure 13: The embedding column was never filled, so nothing ever matched."""
    house.start()

    runs = wait_for_runs(actor)
    evaluate(actor.workspace_id)

    assert [run.status for run in runs] == [RunStatus.COMPLETED] * THEMES
    assert {run.stage for run in runs} == {"prd"}
    with transaction(actor.workspace_id) as session:
        without_vector = session.scalar(select(func.count()).where(col(Signal.embedding).is_(None)))
        projects = list(session.scalars(select(Project)))
        acted = session.execute(
            select(col(AutomationEvent.theme_id), func.count())
            .where(
                col(AutomationEvent.verdict) == Verdict.DONE,
                col(AutomationEvent.action) != AutomaticAction.NOTIFY,
            )
            .group_by(col(AutomationEvent.theme_id))
        ).all()
    assert without_vector == 0
    assert len({project.theme_id for project in projects}) == len(projects) == THEMES
    assert {(row[0], row[1]) for row in acted} == {(each.theme_id, 2) for each in projects}
    for project in projects:
        cited, linked = cited_of(actor, project.id)
        assert cited >= 2
        assert linked >= 5
