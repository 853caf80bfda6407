"""A theme that was acted on is known again, however often themes are formed anew."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.automation import service
from pmflow_core.automation.evaluating import evaluate
from pmflow_core.automation.models import AutomationEvent, Verdict
from pmflow_core.automation.settings import AutomationSettings, Depth
from pmflow_core.db.transaction import transaction
from pmflow_core.intake import processing, rebuilding
from pmflow_core.projects import service as projects
from pmflow_core.projects.models import Project
from pmflow_core.runs.extensions import Extensions
from pmflow_core.themes.models import Theme, ThemeStatus
from tests.core.intake.conftest import Ingest, TopicEmbedder, actor, embedder, ingest

__all__ = ["actor", "embedder", "ingest"]
TOPICS = ("search", "export", "login")


@pytest.fixture
def automatic(actor: Actor, extensions: Extensions) -> Actor:
    """The system in a workspace with stages, that creates projects by itself without a pause."""
    del extensions
    with transaction(actor.workspace_id) as session:
        projects.seed_stages(session, actor.workspace_id)
        wanted = AutomationSettings(
            depth=Depth.AUTO_CREATE, cooldown_min=0, daily_cap=100, min_confidence=0
        )
        service.write_settings(session, actor, wanted)
    return actor


def texts(topic: str, start: int, count: int) -> list[str]:
    return [f"{topic} fails on page {number}" for number in range(start, start + count)]


def themes(actor: Actor) -> set[UUID]:
    with transaction(actor.workspace_id) as session:
        active = select(col(Theme.id)).where(col(Theme.status) == ThemeStatus.ACTIVE)
        return set(session.scalars(active))


def test_themes_are_acted_on_once_through_growth_and_forming_them_anew(
    automatic: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    """Failure 14: Cluster ids were random, so cooldown and dedupe never worked."""
    workspace_id = automatic.workspace_id
    for topic in TOPICS:
        ingest(*texts(topic, 0, 15))
    processing.process_workspace(workspace_id, embedder)
    evaluate(workspace_id)
    known = themes(automatic)
    for growth in range(3):
        for topic in TOPICS:
            ingest(*texts(topic, 15 + 10 * growth, 10))
        processing.process_workspace(workspace_id, embedder)
        rebuilding.rebuild_themes(workspace_id, anew=True)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: evaluate(workspace_id), range(4)))

    assert themes(automatic) == known
    with transaction(workspace_id) as session:
        made = list(session.scalars(select(Project)))
        acted = [
            (event.theme_id, event.action)
            for event in session.scalars(select(AutomationEvent))
            if event.verdict in (Verdict.DONE, Verdict.SUGGESTED)
        ]
    assert {project.theme_id for project in made} == known
    assert len(made) == len(known) == len(TOPICS)
    assert len(acted) == len(set(acted))
