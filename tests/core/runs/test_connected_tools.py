"""A step whose model uses a connected app, and what a crash in the middle of that means."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from pmflow_core.board import service as board
from pmflow_core.calls import ledger
from pmflow_core.calls.models import ProviderCall
from pmflow_core.db.transaction import transaction
from pmflow_core.providers.composio import Composio, ComposioProvider
from pmflow_core.runs import connected_tools, repository
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.service import RunOptions
from pmflow_core.runs.status import RunStatus
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine
from tests.core.runs.test_tool_loop import Publish, publish, says, wants
from tests.fakes.composio_server import KEY, ComposioServer, done, tool

__all__ = ["publish"]
POST = ("SLACK_POST", {"text": "Research is done"})


@pytest.fixture
def slack(extensions: Extensions, tmp_path: Path) -> Iterator[ComposioServer]:
    """Slack, connected at Composio."""
    with ComposioServer(["slack"], [tool("SLACK_POST", "slack")], lambda _: done("ok")) as server:
        assert isinstance(server, ComposioServer)
        api = Composio(SecretStr(KEY), server.url)
        for kind in connected_tools.kinds(api, tmp_path, None):
            extensions.tools.add(kind)
        extensions.providers.add(ComposioProvider())
        yield server


def queue(desk: Desk, provider: str | None = None) -> StageRun:
    with transaction(desk.actor.workspace_id) as session:
        return board.start_run(session, desk.actor, desk.id, "discovery", RunOptions(provider))


def carry_out(engine: Engine, run: StageRun) -> StageRun:
    engine.execute(run.id, "worker")
    with transaction(run.workspace_id) as session:
        return repository.get_run(session, run.id)


def test_a_step_posts_through_the_workspaces_own_account(
    desk: Desk, slack: ComposioServer, publish: Publish, make_engine: MakeEngine
) -> None:
    publish("SLACK_POST")
    run = carry_out(make_engine(wants(POST), says(RESEARCH)), queue(desk))

    assert run.status is RunStatus.COMPLETED
    ((name, body),) = slack.executed
    assert name == "SLACK_POST"
    assert body["user_id"] == str(run.workspace_id)


def test_a_text_step_of_a_composio_recipe_is_written_by_the_next_provider(
    desk: Desk,
    slack: ComposioServer,
    publish: Publish,
    make_engine: MakeEngine,
) -> None:
    publish("SLACK_POST", recipe={"provider": "composio", "fallbacks": ("scripted",)})
    run = carry_out(make_engine(wants(POST), says(RESEARCH)), queue(desk))

    assert (run.provider, run.status) == ("composio", RunStatus.COMPLETED)
    assert len(slack.executed) == 1
    with transaction(run.workspace_id) as session:
        rows = ledger.calls_of(session, run.id)
    assert [row.provider for row in rows] == ["scripted", "tool:SLACK_POST", "scripted"]


def test_a_post_that_a_dead_worker_sent_is_not_sent_again(
    desk: Desk, slack: ComposioServer, publish: Publish, make_engine: MakeEngine
) -> None:
    publish("SLACK_POST")
    run = queue(desk)
    with transaction(run.workspace_id) as session:
        call = ProviderCall(
            workspace_id=run.workspace_id,
            run_id=run.id,
            project_id=run.project_id,
            step_key="research",
            fence=0,
            attempt=1,
            provider="tool:SLACK_POST",
            request_hash="of the dead worker",
        )
        ledger.open_call(session, call)
        ledger.start(session, call.id)

    ended = carry_out(make_engine(wants(POST), says(RESEARCH)), run)

    assert ended.status is RunStatus.FAILED
    assert "may have done its work or not" in (ended.failure_message or "")
    assert slack.executed == []
