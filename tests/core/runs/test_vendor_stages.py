"""Every stage's recipe carried out through a vendor's protocol, streams, prompts and all."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.calls import costs
from pmflow_core.db.transaction import transaction
from pmflow_core.projects import repository as projects
from pmflow_core.providers.anthropic import AnthropicProvider
from pmflow_core.providers.pricing import find_price
from pmflow_core.providers.vendor import VendorModel
from pmflow_core.recipes.defaults import DEFAULT_RECIPES
from pmflow_core.runs import repository
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.service import RunOptions
from pmflow_core.runs.status import RunStatus
from tests.core.runs.staging import Desk
from tests.fakes.anthropic_server import MODEL, AnthropicServer
from tests.fakes.composer import compose_locally


@pytest.fixture
def server(extensions: Extensions) -> Iterator[AnthropicServer]:
    """A vendor whose answers are composed from the prompt alone."""
    with AnthropicServer(compose_locally) as server:
        model = VendorModel(MODEL, SecretStr("sk-1"), server.url, find_price(MODEL))
        extensions.providers.add(AnthropicProvider(model))
        yield server


def carry_out(desk: Desk, extensions: Extensions, stage: str) -> StageRun:
    system = Actor.system(desk.actor.workspace_id)
    with transaction(system.workspace_id) as session:
        now = projects.get_project(session, desk.id)
        if projects.stage_of(session, now).slug != stage:
            board.move(session, system, desk.id, stage, "Through every stage")
        run = board.start_run(session, desk.actor, desk.id, None, RunOptions("anthropic"))
    Engine(extensions).execute(run.id, "worker")
    with transaction(system.workspace_id) as session:
        return repository.get_run(session, run.id)


def test_every_stage_is_carried_out_by_a_vendor(
    desk: Desk, extensions: Extensions, server: AnthropicServer
) -> None:
    for recipe in DEFAULT_RECIPES:
        run = carry_out(desk, extensions, recipe.stage)
        assert (run.stage, run.status, run.failure_message) == (
            recipe.stage,
            RunStatus.COMPLETED,
            None,
        )
        with transaction(run.workspace_id) as session:
            cost = costs.of_run(session, run.id)
        assert cost.calls >= 1
        assert cost.cost_usd > 0
    assert {one.path for one in server.received} == {"/v1/messages"}
