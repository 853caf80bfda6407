"""A project through all seven stages with the default recipes, and no person in between."""

import json
from collections.abc import Iterator
from importlib.resources import files
from uuid import UUID

import pytest

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.board.reads import read_why
from pmflow_core.board.results import list_artifacts, list_tickets, read_jury
from pmflow_core.db.transaction import transaction
from pmflow_core.documents import repository as documents
from pmflow_core.documents.requirements import dropped, mvp_ids, named_ids
from pmflow_core.projects import repository as projects
from pmflow_core.projects import tickets
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.defaults import DEFAULT_RECIPES
from pmflow_core.recipes.spec import Level
from pmflow_core.runs import repository
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.jury import score_of
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.results import newest_votes
from pmflow_core.runs.status import RunStatus
from pmflow_core.signals import links
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from tests.core.runs.staging import Desk

STAGES = ["discovery", "prd", "design", "prototype", "validate", "tickets"]


def messages() -> Iterator[str]:
    """Yield what bank customers wrote about two matters."""
    text = files("pmflow_core.demo").joinpath("bank_app.jsonl").read_text(encoding="utf-8")
    for line in text.splitlines():
        message = json.loads(line)["text"]
        if "contactless" in message.casefold() or "atm" in message.casefold().split():
            yield message


@pytest.fixture
def project(workspace_id: UUID, editor: Actor, extensions: Extensions) -> Desk:
    """A project with forty messages, in a workspace whose recipes go on by themselves."""
    admin = Actor(workspace_id, Role.ADMIN)
    with transaction(workspace_id) as session:
        for recipe in DEFAULT_RECIPES:
            spec = recipe.model_copy(update={"level": Level.FULL_AUTO, "provider": "local"})
            recipes.publish(session, admin, spec, extensions.catalogue())
        made = board.create_project(session, editor, "Payments that go through")
        rows = [SignalIn(text=text, source_ref=str(n)) for n, text in enumerate(messages())]
        assert len(rows) >= 38
        told = signals.ingest(session, editor, rows[:40], source=Source.API)
        links.link_to_project(session, editor, told.ids, made.id)
        return Desk(made.id, made.key, editor)


def carry(project: Desk, engine: Engine, stage: str) -> list[StageRun]:
    """Run a stage and whatever follows by itself, and return the runs in order."""
    workspace_id = project.actor.workspace_id
    with transaction(workspace_id) as session:
        following = board.start_run(session, project.actor, project.id, stage)
    done: list[StageRun] = []
    while following is not None:
        engine.execute(following.id, "w1")
        with transaction(workspace_id) as session:
            done.append(repository.get_run(session, following.id))
            following = repository.open_run(session, project.id)
    return done


def texts(project: Desk) -> dict[str, str]:
    with transaction(project.actor.workspace_id) as session:
        newest = documents.latest_versions(session, project.id)
        return {document.type: version.content for document, version in newest}


def test_the_local_provider_carries_a_project_to_its_tickets(
    project: Desk, extensions: Extensions
) -> None:
    engine = Engine(extensions)

    runs = carry(project, engine, "discovery")

    assert [(run.stage, run.status, run.failure_message) for run in runs] == [
        (stage, RunStatus.COMPLETED, None) for stage in STAGES
    ]
    actor = project.actor
    with transaction(actor.workspace_id) as session:
        why = read_why(session, actor, project.id)
        jury = read_jury(session, actor, project.id)
        votes = newest_votes(session, project.id)
        planned = list_tickets(session, actor, project.id)
        made = list_artifacts(session, actor, project.id)
    assert why.stage == "tickets"
    assert why.reason == "All gates of Tickets passed; it is the last stage"
    assert jury is not None
    assert votes is not None
    assert jury.score == pytest.approx(score_of((each.weight, each.vote) for each in votes[0]))
    assert jury.score >= 0.6
    assert len(jury.votes) == 5
    assert [artifact.kind for artifact in made] == ["prototype"]
    written = texts(project)
    covered = {one for ticket in planned for one in ticket.covers}
    assert covered == set(mvp_ids(written["prd"]))
    assert all(ticket.acceptance and ticket.estimate for ticket in planned)
    for kind in ("engineering_spec", "design_review"):
        assert not dropped(written["prd"], named_ids(written[kind]))


def test_tickets_planned_again_stay_the_same_tickets(project: Desk, extensions: Extensions) -> None:
    engine = Engine(extensions)
    carry(project, engine, "prd")
    with transaction(project.actor.workspace_id) as session:
        before = {each.id: each.number for each in tickets.list_tickets(session, project.id)}

    (again,) = carry(project, engine, "tickets")

    with transaction(project.actor.workspace_id) as session:
        after = {each.id: each.number for each in tickets.list_tickets(session, project.id)}
        stage = projects.stage_of(session, projects.get_project(session, project.id)).slug
    assert again.status is RunStatus.COMPLETED
    assert stage == "tickets"
    assert before
    assert after == before
