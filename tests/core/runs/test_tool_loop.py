"""A model calls the tools of its step's recipe, and no others, until it writes its answer."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.calls import costs, ledger
from pmflow_core.db.transaction import transaction
from pmflow_core.documents import repository as documents
from pmflow_core.errors import Invalid
from pmflow_core.providers.base import Completion, ToolCall, ToolSpec, Usage
from pmflow_core.providers.scripted import ScriptedProvider
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import RecipeSpec, StepSpec
from pmflow_core.recipes.validation import InvalidRecipe
from pmflow_core.runs import repository, service
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import RunContext, ToolKind
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.service import RunOptions
from pmflow_core.runs.status import RunStatus, StepStatus
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from tests.core.runs.staging import RESEARCH, Desk

PAID = Usage(100, 20, Decimal("0.01"))
CITING = RESEARCH.replace(
    "Listeners who lock", "“Bluetooth drops in the car” [S-4]. Listeners who lock"
)


def wants(*calls: tuple[str, Mapping[str, Any]]) -> Completion:
    made = tuple(ToolCall(f"call_{n}", name, args) for n, (name, args) in enumerate(calls))
    return Completion("", "scripted", PAID, "tool_calls", made)


def says(text: str) -> Completion:
    return Completion(text, "scripted", PAID, "complete")


Publish = Callable[..., None]


@pytest.fixture
def publish(desk: Desk, extensions: Extensions) -> Publish:
    """Publish a recipe of one step of Discovery that may use these tools."""

    def do(*tools: str, recipe: Mapping[str, Any] | None = None, **fields: Any) -> None:
        step = StepSpec(
            key="research",
            title="Research",
            skill="generate_document",
            params={"template": "research"},
            criteria=("quotes:verbatim",),
            tools=tools,
            **fields,
        )
        spec = RecipeSpec(stage="discovery", title="Research", steps=(step,), **(recipe or {}))
        admin = Actor(desk.actor.workspace_id, Role.ADMIN)
        with transaction(admin.workspace_id) as session:
            recipes.publish(session, admin, spec, extensions.catalogue())

    return do


@pytest.fixture
def unlinked(desk: Desk) -> int:
    """A signal of the workspace that no project has; its number."""
    with transaction(desk.actor.workspace_id) as session:
        row = SignalIn(text="Bluetooth drops in the car, every day.", source_ref="car")
        signals.ingest(session, desk.actor, [row], source=Source.API)
    return 4


def carry_out(engine: Engine, desk: Desk, *, replay: bool = False) -> StageRun:
    with transaction(desk.actor.workspace_id) as session:
        options = RunOptions(replay=replay)
        run = board.start_run(session, desk.actor, desk.id, "discovery", options)
    engine.execute(run.id, "worker")
    with transaction(desk.actor.workspace_id) as session:
        return repository.get_run(session, run.id)


def scripted_of(extensions: Extensions) -> ScriptedProvider:
    provider = extensions.provider("scripted")
    assert isinstance(provider, ScriptedProvider)
    return provider


def test_a_model_finds_a_signal_and_cites_it(
    desk: Desk,
    unlinked: int,
    publish: Publish,
    make_engine: Callable[..., Engine],
    extensions: Extensions,
) -> None:
    publish("search_signals")
    engine = make_engine(
        wants(("search_signals", {"query": "bluetooth car", "limit": 5})), says(CITING)
    )

    run = carry_out(engine, desk)

    assert (run.status, run.failure_message) == (RunStatus.COMPLETED, None)
    first, second = scripted_of(extensions).requests
    assert [tool.name for tool in first.tools] == ["search_signals"]
    ((exchange,),) = second.exchanges
    assert exchange.result.startswith(f"[S-{unlinked}]")
    assert "Bluetooth drops in the car" in exchange.result
    with transaction(run.workspace_id) as session:
        rows = ledger.calls_of(session, run.id)
        assert costs.of_run(session, run.id).cost_usd == Decimal("0.02")
    assert [row.provider for row in rows] == ["scripted", "tool:search_signals", "scripted"]
    assert rows[0].tool_calls[0]["name"] == "search_signals"


def test_a_tool_that_the_recipe_does_not_list_is_never_called(
    desk: Desk, publish: Publish, make_engine: Callable[..., Engine], extensions: Extensions
) -> None:
    called: list[str] = []

    def wipe(arguments: Mapping[str, Any], context: RunContext) -> str:
        called.append(str(arguments) + context.stage)
        return "wiped"

    extensions.tools.add(ToolKind(ToolSpec("wipe", "Deletes all.", {}), wipe))
    publish("search_signals")
    engine = make_engine(wants(("wipe", {}), ("no_such", {})), says(RESEARCH))

    assert carry_out(engine, desk).status is RunStatus.COMPLETED
    assert called == []
    ((first, second),) = scripted_of(extensions).requests[1].exchanges
    assert (first.failed, first.result) == (True, "There is no tool wipe.")
    assert second.failed


def test_a_step_without_tools_offers_none(
    desk: Desk, publish: Publish, make_engine: Callable[..., Engine], extensions: Extensions
) -> None:
    publish()
    carry_out(make_engine(RESEARCH), desk)
    assert scripted_of(extensions).requests[0].tools == ()


def test_a_model_that_never_stops_calling_is_stopped(
    desk: Desk, publish: Publish, make_engine: Callable[..., Engine], extensions: Extensions
) -> None:
    publish("search_signals")
    engine = make_engine(*[wants(("search_signals", {"query": str(n)})) for n in range(20)])

    run = carry_out(engine, desk)

    assert run.status is RunStatus.FAILED
    assert "called tools 8 times" in (run.failure_message or "")
    assert len(scripted_of(extensions).requests) == 9


def test_wrong_arguments_and_long_results_are_told_in_bounds(
    desk: Desk, publish: Publish, make_engine: Callable[..., Engine], extensions: Extensions
) -> None:
    def long(arguments: Mapping[str, Any], context: RunContext) -> str:
        del arguments, context
        return "x" * 50_000

    def refuses(arguments: Mapping[str, Any], context: RunContext) -> str:
        raise Invalid(f"Not {dict(arguments)} in {context.stage}.")

    extensions.tools.add(ToolKind(ToolSpec("long", "Is long.", {}), long))
    extensions.tools.add(ToolKind(ToolSpec("refuses", "Refuses.", {}), refuses))
    publish("search_signals", "long", "refuses")
    engine = make_engine(
        wants(("search_signals", {"limit": 900}), ("long", {}), ("refuses", {"a": 1})),
        says(RESEARCH),
    )

    assert carry_out(engine, desk).status is RunStatus.COMPLETED
    ((wrong, cut, refused),) = scripted_of(extensions).requests[1].exchanges
    assert wrong.failed
    assert "takes a query and a limit" in wrong.result
    assert len(cut.result) < 12_100
    assert "cut; 50,000 characters" in cut.result
    assert refused.result == "Not {'a': 1} in discovery."


def test_a_search_never_leaves_its_workspace(
    desk: Desk, publish: Publish, make_engine: Callable[..., Engine], extensions: Extensions
) -> None:
    publish("search_signals")
    smuggled = {"query": "search", "workspace_id": "00000000-0000-0000-0000-000000000000"}
    engine = make_engine(
        wants(("search_signals", smuggled), ("search_signals", {"query": "search phone"})),
        says(RESEARCH),
    )
    carry_out(engine, desk)
    ((wrong, found),) = scripted_of(extensions).requests[1].exchanges
    assert wrong.failed
    # The one with both words comes first.
    assert found.result.startswith("[S-3]")
    assert "[S-1]" in found.result


def test_a_recipe_that_names_an_unknown_tool_is_refused(publish: Publish) -> None:
    with pytest.raises(InvalidRecipe, match="no tool 'rm'"):
        publish("rm")


def test_a_step_stops_at_the_calls_its_recipe_allows(
    desk: Desk, publish: Publish, make_engine: Callable[..., Engine]
) -> None:
    publish("search_signals", max_cost_usd=0.02)
    engine = make_engine(
        *[wants(("search_signals", {"query": str(n)})) for n in range(3)], says(RESEARCH)
    )
    scripted = engine.extensions.provider("scripted")
    assert isinstance(scripted, ScriptedProvider)
    scripted.bound = Decimal("0.01")
    run = carry_out(engine, desk)
    assert "This step may cost $0.02" in (run.failure_message or "")


def test_a_run_is_replayed_with_its_tools_at_no_cost_and_a_retry_keeps_it(
    desk: Desk,
    unlinked: int,
    publish: Publish,
    make_engine: Callable[..., Engine],
    extensions: Extensions,
) -> None:
    del unlinked
    called: list[int] = []
    find = extensions.tools.get("search_signals")

    def counted(arguments: Mapping[str, Any], context: RunContext) -> str:
        called.append(context.number)
        return find.call(arguments, context)

    extensions.tools.add(ToolKind(replace(find.spec, name="find"), counted))
    publish("search_signals", "find")
    calls = (("search_signals", {"query": "bluetooth"}), ("find", {"query": "bluetooth"}))
    first = carry_out(make_engine(wants(*calls), says(CITING)), desk)
    assert first.status is RunStatus.COMPLETED

    again = carry_out(make_engine(), desk, replay=True)

    assert (again.status, again.failure_message) == (RunStatus.COMPLETED, None)
    assert called == [first.number]
    with transaction(again.workspace_id) as session:
        assert costs.of_run(session, again.id) == costs.Cost()
        versions = {
            version.sha256 for _, version in documents.latest_versions(session, again.project_id)
        }
        retried = service.retry(session, desk.actor, again.id)
    assert len(versions) == 1
    assert retried.replay


def test_a_replay_that_asks_something_new_says_what(
    desk: Desk, publish: Publish, make_engine: Callable[..., Engine]
) -> None:
    publish()
    carry_out(make_engine(RESEARCH), desk)
    with transaction(desk.actor.workspace_id) as session:
        row = SignalIn(text="Another one.", source_ref="late")
        signals.ingest(session, desk.actor, [row], source=Source.API)

    again = carry_out(make_engine(), desk, replay=True)

    assert again.status is RunStatus.FAILED
    assert "total_signals was “3”, is “4”" in (again.failure_message or "")


def test_a_run_may_cost_what_its_recipe_says(
    desk: Desk, publish: Publish, make_engine: Callable[..., Engine]
) -> None:
    publish(recipe={"budget_usd": 0.015})
    engine = make_engine(says(RESEARCH))
    scripted = engine.extensions.provider("scripted")
    assert isinstance(scripted, ScriptedProvider)
    scripted.bound = Decimal("0.02")
    run = carry_out(engine, desk)
    assert run.status is RunStatus.WAITING
    assert "The run's budget of $0.0" in (run.waiting_reason or "")


def test_a_judge_cannot_call_the_tools_of_the_step_it_judges(
    desk: Desk, extensions: Extensions
) -> None:
    step = StepSpec(
        key="research",
        title="Research",
        skill="generate_document",
        params={"template": "research"},
        criteria=("quotes:verbatim", "ai:The document names a cause"),
        tools=("search_signals",),
    )
    spec = RecipeSpec(stage="discovery", title="Research", steps=(step,))
    admin = Actor(desk.actor.workspace_id, Role.ADMIN)
    scripted = ScriptedProvider([says(RESEARCH), says('{"holds": true, "why": "It does."}')])
    scripted.name = "judged"
    extensions.providers.add(scripted)
    with transaction(admin.workspace_id) as session:
        recipes.publish(session, admin, spec, extensions.catalogue())
        run = board.start_run(
            session, desk.actor, desk.id, "discovery", RunOptions(provider="judged")
        )

    Engine(extensions).execute(run.id, "w1")

    assert [len(request.tools) for request in scripted.requests] == [1, 0]


def test_what_tries_that_failed_have_cost_is_shown_with_their_step(
    desk: Desk, extensions: Extensions, publish: Publish
) -> None:
    publish(retries=1)
    misquoting = RESEARCH.replace("The search bar", "A search bar")
    scripted = ScriptedProvider([says(misquoting), says(misquoting + "\nStill.\n")])
    scripted.name = "misquoting"
    extensions.providers.add(scripted)
    with transaction(desk.actor.workspace_id) as session:
        options = RunOptions(provider="misquoting")
        run = board.start_run(session, desk.actor, desk.id, "discovery", options)

    Engine(extensions).execute(run.id, "w1")

    with transaction(desk.actor.workspace_id) as session:
        (step,) = repository.steps_of(session, run.id)
        charged = costs.of_run(session, run.id)
        shown = repository.costs(session, [desk.id])
    assert step.status is StepStatus.FAILED
    assert (step.cost_usd, step.input_tokens) == (charged.cost_usd, charged.input_tokens)
    assert shown[desk.id] == pytest.approx(0.02)
