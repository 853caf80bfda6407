"""Calls through the gateway: paid once, retried within bounds, and closed when in doubt."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.calls import budgets, costs, ledger
from pmflow_core.calls.answer_check import MAX_CHARACTERS, AnswerUnusable
from pmflow_core.calls.breaker import CircuitOpen
from pmflow_core.calls.budgets import BudgetExceeded, Payer
from pmflow_core.calls.gateway import Gateway
from pmflow_core.calls.ledger import CallTakenBack, StepCapReached
from pmflow_core.calls.models import CallStatus, ProviderCall, Scope
from pmflow_core.calls.patience import Caps, Patience, may_retry, pause_s
from pmflow_core.db.transaction import transaction
from pmflow_core.providers.answers import JUDGE, Judgement, schema_of
from pmflow_core.providers.base import Completion, ProviderRejected, ProviderUnavailable
from pmflow_core.providers.scripted import ScriptedProvider
from pmflow_core.runs import repository, service
from pmflow_core.runs.kinds import LeaseLost
from pmflow_core.runs.models import StageRun
from tests.core.calls.callers import (
    ANSWER,
    DIME,
    REQUEST,
    MakeGateway,
    ask,
    caller_of,
    calls,
    money,
    scripted,
)


def test_a_call_is_written_down_and_settled_to_what_it_cost(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    ask(make_gateway(scripted(ANSWER)))

    (call,) = calls(run)
    assert (call.status, call.model, call.response) == ("succeeded", "scripted-1", "# Research")
    assert call.cost_usd == Decimal("0.04")
    assert set(money(run).values()) == {(0.04, 0.0)}


def test_the_same_request_of_a_run_is_answered_from_the_ledger(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    ask(make_gateway(scripted(ANSWER)))
    silent = scripted()

    again = ask(make_gateway(silent, fence=2))

    assert again.text == ANSWER.text
    assert again.usage.cost_usd == 0
    assert silent.requests == []
    assert len(calls(run)) == 1


def test_a_changed_request_is_a_new_call(run: StageRun, make_gateway: MakeGateway) -> None:
    gateway = make_gateway(scripted(ANSWER, ANSWER))
    ask(gateway)
    gateway.generate(replace(REQUEST, instructions="Mend this."), lambda _: None)

    assert len(calls(run)) == 2


def test_a_budget_that_cannot_take_the_call_stops_it_unsent(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    dear = scripted(ANSWER, bound=Decimal("1.01"))

    with pytest.raises(BudgetExceeded, match=r"run's budget of \$1.00 has \$1.00 left"):
        ask(make_gateway(dear))

    assert dear.requests == []
    assert calls(run) == []
    assert set(money(run).values()) == {(0.0, 0.0)}


def test_an_overloaded_provider_is_tried_four_times_at_most(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    busy = scripted(*[ProviderUnavailable("overloaded")] * 9)

    with pytest.raises(ProviderUnavailable):
        ask(make_gateway(busy))

    assert len(busy.requests) == 4
    assert {call.status for call in calls(run)} == {CallStatus.FAILED}
    assert set(money(run).values()) == {(0.0, 0.0)}


def test_a_stream_that_broke_stays_charged_at_its_bound(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    cut = scripted(ProviderUnavailable("cut", maybe_billed=True), ANSWER)

    ask(make_gateway(cut))

    assert [call.status for call in calls(run)] == ["possibly_billed", "succeeded"]
    assert money(run)["run"] == (pytest.approx(0.14), 0.0)


def test_the_next_provider_is_asked_when_the_first_refuses(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    refuses = scripted(ProviderRejected("no"), name="first")

    completion = ask(make_gateway(refuses, scripted(ANSWER, name="second")))

    assert completion.text == ANSWER.text
    assert [(call.provider, call.status.value) for call in calls(run)] == [
        ("first", "failed"),
        ("second", "succeeded"),
    ]


def test_an_answer_that_is_not_whole_is_paid_for_and_never_used(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    with pytest.raises(ProviderRejected, match="truncated"):
        ask(make_gateway(scripted(replace(ANSWER, stop_reason="truncated"))))

    assert calls(run)[0].status is CallStatus.FAILED
    assert money(run)["run"] == (0.04, 0.0)


def test_an_unexpected_error_is_accounted_for_at_the_bound(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    class Broken(ScriptedProvider):
        def generate(self, *_: object) -> Completion:
            raise ValueError("boom")

    broken = Broken()
    broken.bound = DIME
    with pytest.raises(ValueError, match="boom"):
        ask(make_gateway(broken))

    assert calls(run)[0].status is CallStatus.POSSIBLY_BILLED
    assert money(run)["run"] == (0.1, 0.0)


def test_the_circuit_opens_after_five_failures(run: StageRun, make_gateway: MakeGateway) -> None:
    down = scripted(*[ProviderUnavailable("down")] * 20, name="down")
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            ask(make_gateway(down))

    with pytest.raises(CircuitOpen):
        ask(make_gateway(down))
    assert len(down.requests) == 5
    assert set(money(run).values()) == {(0.0, 0.0)}


def in_flight(run: StageRun, *, sent: bool) -> UUID:
    """Write down a call as a worker does that dies before the answer."""
    with transaction(run.workspace_id) as session:
        call = ProviderCall(
            workspace_id=run.workspace_id,
            run_id=run.id,
            project_id=run.project_id,
            step_key="research",
            fence=1,
            attempt=1,
            provider="scripted",
            request_hash="x",
            reserved_usd=DIME,
        )
        ledger.open_call(session, call)
        if sent:
            ledger.start(session, call.id)
        return call.id


def test_what_a_dead_worker_left_open_is_closed_by_the_next(run: StageRun) -> None:
    payer = Payer(run.workspace_id, run.project_id, run.id)
    for sent in (False, True):
        in_flight(run, sent=sent)

    with transaction(run.workspace_id) as session:
        sent_calls = ledger.close_abandoned(session, run.id, 2)
        closed = budgets.list_budgets(session, Actor.system(run.workspace_id), payer)

    assert sent_calls == 1
    assert [call.status for call in calls(run)] == ["failed", "possibly_billed"]
    assert (closed[-1].spent_usd, closed[-1].reserved_usd) == (0.1, 0.0)


def test_a_call_that_was_taken_back_is_not_sent_and_its_money_is_returned_once(
    run: StageRun,
) -> None:
    call_id = in_flight(run, sent=False)
    in_flight(run, sent=True)
    with transaction(run.workspace_id) as session:
        ledger.close_abandoned(session, run.id, 2)

    with pytest.raises(CallTakenBack), transaction(run.workspace_id) as session:
        # Its worker was only slow.
        ledger.start(session, call_id)

    assert [call.status for call in calls(run)] == ["failed", "possibly_billed"]
    assert money(run)["run"] == (0.1, 0.0)


def test_a_worker_that_lost_the_run_sends_nothing_and_returns_its_money(run: StageRun) -> None:
    def lost(_session: Session) -> None:
        raise LeaseLost("The run is not this worker's any more.")

    provider = scripted(ANSWER)
    with pytest.raises(LeaseLost):
        ask(Gateway([provider], caller_of(run, guard=lost), lambda _: None))

    assert provider.requests == []
    assert [call.status for call in calls(run)] == ["failed"]
    assert set(money(run).values()) == {(0.0, 0.0)}


def test_cancelling_a_queued_run_returns_what_its_dead_worker_had_reserved(run: StageRun) -> None:
    in_flight(run, sent=False)

    with transaction(run.workspace_id) as session:
        repository.get_run(session, run.id).fence = 1
        service.cancel(session, Actor.system(run.workspace_id), run.id)

    assert set(money(run).values()) == {(0.0, 0.0)}


def test_a_call_of_a_run_that_nobody_claims_again_is_closed_by_another_run(run: StageRun) -> None:
    old, young = in_flight(run, sent=False), in_flight(run, sent=False)
    with transaction(run.workspace_id) as session:
        session.get_one(ProviderCall, old).created_at -= 2 * ledger.FORGOTTEN

    with transaction(run.workspace_id) as session:
        ledger.close_abandoned(session, UUID(int=1), 1)

    statuses = {call.id: call.status for call in calls(run)}
    assert statuses == {old: CallStatus.FAILED, young: CallStatus.RESERVED}
    assert money(run)["workspace"] == (0.0, 0.1)


JUDGED = replace(REQUEST, task=JUDGE, schema=schema_of(Judgement))


@pytest.mark.parametrize(
    "text", ["It holds.", "[1]", '{"holds": true}', '{"holds": 1, "why": "x"}']
)
def test_json_that_is_none_or_not_of_the_shape_is_asked_for_again(
    run: StageRun, make_gateway: MakeGateway, text: str
) -> None:
    right = '{"holds": true, "why": "It says so."}'
    gateway = make_gateway(scripted(replace(ANSWER, text=text), replace(ANSWER, text=right)))

    done = ask(gateway, JUDGED)

    assert done.text == right
    assert [call.status.value for call in calls(run)] == ["failed", "succeeded"]
    assert money(run)["run"] == (0.08, 0.0)


def test_an_answer_that_never_fits_is_tried_four_times_and_then_the_next_provider_is_asked(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    right = '{"holds": false, "why": "Nothing says so."}'
    bad = scripted(*[replace(ANSWER, text="no")] * 9, name="bad")
    good = scripted(replace(ANSWER, text=right), name="good")

    assert ask(make_gateway(bad, good), JUDGED).text == right
    assert len(bad.requests) == 4
    assert len(calls(run)) == 5


def test_an_answer_longer_than_a_document_may_be_is_never_used(make_gateway: MakeGateway) -> None:
    endless = replace(ANSWER, text="x" * (MAX_CHARACTERS + 1))
    with pytest.raises(AnswerUnusable, match="longer than 400,000"):
        ask(make_gateway(scripted(*[endless] * 4)))


def test_a_step_makes_no_more_calls_than_its_recipe_allows(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway(scripted(*[ANSWER] * 3), caps=Caps(calls=2))
    for number in range(2):
        ask(gateway, replace(REQUEST, instructions=str(number)))

    with pytest.raises(StepCapReached, match="has made 2 calls"):
        ask(gateway)
    assert len(calls(run)) == 2
    assert money(run)["run"] == (0.08, 0.0)


def test_a_step_costs_no_more_than_its_recipe_allows_but_a_free_provider_may_go_on(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    dear, free = scripted(*[ANSWER] * 2), scripted(ANSWER, name="free", bound=Decimal(0))
    caps = Caps(usd=Decimal("0.13"))
    ask(make_gateway(dear, caps=caps))

    ask(make_gateway(dear, free, caps=caps), replace(REQUEST, instructions="again"))

    assert len(dear.requests) == 1
    assert [call.provider for call in calls(run)] == ["scripted", "free"]


def test_a_provider_that_writes_no_text_is_passed_over(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    class Toolbox(ScriptedProvider):
        writes_text = False

    ask(make_gateway(Toolbox(), scripted(ANSWER)))

    assert [call.provider for call in calls(run)] == ["scripted"]
    with pytest.raises(ProviderRejected, match="no provider that writes"):
        ask(make_gateway(Toolbox()))


def test_costs_are_summed_by_step_run_project_and_workspace(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    cut = ProviderUnavailable("cut", maybe_billed=True)
    ask(make_gateway(scripted(cut, ANSWER)))

    with transaction(run.workspace_id) as session:
        found = [
            costs.of_step(session, run.id, "research"),
            costs.of_run(session, run.id),
            costs.of_project(session, run.project_id),
            costs.of_workspace(session),
            costs.by_step(session, run.id)["research"],
        ]
        nothing = costs.of_run(session, UUID(int=1))

    one = costs.Cost(2, 1000, 200, Decimal("0.14"), DIME)
    assert found == [one] * 5
    assert nothing == costs.Cost()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_only_an_admin_sets_a_cap(run: StageRun, role: Role) -> None:
    nobody = Actor(run.workspace_id, role)
    with transaction(run.workspace_id) as session, pytest.raises(Exception, match="needs the role"):
        budgets.set_cap(session, nobody, Scope.RUN, UUID(int=1), Decimal(1))


def test_pauses_have_full_jitter_and_honour_the_server() -> None:
    assert [pause_s(n, None, lambda: 1.0) for n in (1, 2, 3, 9)] == [1.0, 2.0, 4.0, 60.0]
    assert pause_s(1, None, lambda: 0.0) == 0.0
    assert pause_s(1, 7.5, lambda: 0.5) == 7.5


def test_retries_end_with_attempts_or_time() -> None:
    assert may_retry(Patience(4, 600), 3, 10, 5)
    assert not may_retry(Patience(4, 600), 4, 10, 5)
    assert not may_retry(Patience(4, 600), 1, 599, 5)
