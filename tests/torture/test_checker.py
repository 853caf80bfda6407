"""A checker that cannot fail is no checker: each rule is shown a history that breaks it."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture import checker
from tests.torture.checker import RULES, WHILE_ANSWERING, recovery, violations
from tests.torture.history import (
    Accepted,
    BudgetRow,
    Call,
    Change,
    Decided,
    Delivered,
    Effect,
    Event,
    Execution,
    Fault,
    History,
    RunRow,
    Sent,
    StepRow,
    Taken,
    Version,
)

CHANGES = (
    Change("r1", None, "queued", 0, 10.0),
    Change("r1", None, "running", 1, 10.5),
    Change("r1", "a", "completed", 0, 11.2),
    Change("r1", None, "queued", 1, 13.0),
    Change("r1", None, "running", 2, 13.5),
    Change("r1", "b", "completed", 0, 14.5),
    Change("r1", None, "completed", 2, 15.0),
    Change("r2", None, "queued", 0, 15.0),
    Change("r2", None, "running", 1, 15.1),
    Change("r2", None, "completed", 1, 15.2),
)


def good() -> History:
    """A run that lost one worker in its second step, and one that was poisoned."""
    return History(
        accepted=[Accepted("r1"), Accepted("r9", ("failed",), poisoned=True)],
        faults=[Fault("kill horse", 12.0, ("r1",))],
        executions=[
            Execution("r1", "a", 1, 100, 11.0),
            Execution("r1", "b", 1, 100, 11.5),
            Execution("r1", "b", 2, 101, 14.0),
            *[Execution("r9", "bad", fence, 102, 20.0 + fence) for fence in (1, 2, 3)],
        ],
        changes=list(CHANGES),
        runs=[
            RunRow("r1", "p1", "completed", None, 2, 1, advances=True),
            RunRow("r2", "p1", "completed", None, 1, 0),
            RunRow("r9", "p9", "failed", "quarantined", 3, 3),
        ],
        steps=[
            StepRow("r1", "a", "completed", 1, 1),
            StepRow("r1", "b", "completed", 2, 2),
            StepRow("r9", "bad", "failed", 3, None),
        ],
        versions=[Version("r1", "a"), Version("r1", "b", "claude")],
        decided=[
            Decided("r1", "advanced"),
            Decided("r1", "moved"),
            Decided("r2", "waits_for_approval"),
            Decided("r9", "run_failed"),
        ],
        effects=[Effect("git_commit", "r1 a"), Effect("commit", "r1 a"), Effect("commit", "r1 b")],
        calls=[Call("r1", "b", 2, "anthropic", "succeeded", "h", 0.1)],
        sent=[Sent("r1", "b", "anthropic", True)],
        budgets=[BudgetRow("run r1", 1.0, 0.1, 0.0)],
        delivered=[Delivered("d1", "m1", "slow"), Delivered("d2", "m2", "gone")],
        events=[Event("d1", "processed"), Event("d2", "processed")],
        taken=[Taken("m1", "slow"), Taken("m2", "gone")],
    )


def without(records: list[object], number: int = 0) -> None:
    del records[number]


def change(records: list[object], number: int, **values: object) -> None:
    records[number] = dataclasses.replace(records[number], **values)  # pyright: ignore[reportArgumentType]


Break = Callable[[History], object]
BREACHES: list[tuple[str, str, Break]] = [
    ("every_run_ends_as_it_may", "is gone", lambda h: h.accepted.append(Accepted("r7"))),
    ("every_run_ends_as_it_may", "is waiting", lambda h: change(h.runs, 0, status="waiting")),
    ("every_run_ends_as_it_may", "is failed", lambda h: change(h.runs, 1, status="failed")),
    (
        "a_run_ends_once",
        "became running after completed",
        lambda h: h.changes.append(Change("r1", None, "running", 3, 16.0)),
    ),
    (
        "a_run_ends_once",
        "became failed after completed",
        lambda h: h.changes.append(Change("r1", None, "failed", 2, 16.0)),
    ),
    ("a_claim_is_had_by_one", "claimed twice", lambda h: change(h.changes, 4, fence=1)),
    (
        "a_completed_run_completed_its_steps",
        "with step b running",
        lambda h: change(h.steps, 1, status="running"),
    ),
    (
        "a_completed_run_completed_its_steps",
        "completed 2 times",
        lambda h: h.changes.append(Change("r1", "a", "completed", 0, 14.6)),
    ),
    (
        "a_completed_step_is_not_worked_again",
        "done by claim 1, worked by 2 again",
        lambda h: h.executions.append(Execution("r1", "a", 2, 101, 13.9)),
    ),
    (
        "a_completed_step_is_not_worked_again",
        "worked 2 times by claim 2",
        lambda h: h.executions.append(Execution("r1", "b", 2, 103, 14.1)),
    ),
    (
        "a_step_leaves_one_version",
        "left 2 versions",
        lambda h: h.versions.append(Version("r1", "a")),
    ),
    ("a_step_leaves_one_version", "left no version", lambda h: without(h.versions)),
    (
        "a_step_leaves_one_version",
        "but left a version",
        lambda h: h.versions.append(Version("r9", "bad")),
    ),
    ("a_run_decides_once", "with 0 decisions", lambda h: without(h.decided, 3)),
    (
        "a_run_decides_once",
        "with 2 decisions",
        lambda h: h.decided.append(Decided("r2", "stayed")),
    ),
    (
        "a_run_decides_once",
        "moved its project 2 times",
        lambda h: h.decided.append(Decided("r1", "moved")),
    ),
    ("a_run_decides_once", "moved its project 0 times", lambda h: without(h.decided, 1)),
    ("an_advance_requests_the_next_run", "nothing goes on", lambda h: without(h.runs, 1)),
    (
        "effects_happen_once",
        "happened 2 times",
        lambda h: h.effects.append(Effect("commit", "r1 a")),
    ),
    ("effects_happen_once", "said to be done and is not", lambda h: without(h.effects, 1)),
    ("effects_happen_once", "is pending", lambda h: change(h.effects, 0, status="pending")),
    (
        "one_active_run_a_project",
        "has 2 active runs",
        lambda h: change(h.changes, 7, at=14.0),
    ),
    (
        "poison_is_quarantined_after_three",
        "after 4 tries",
        lambda h: h.executions.append(Execution("r9", "bad", 4, 102, 30.0)),
    ),
    ("poison_is_quarantined_after_three", "after 2 tries", lambda h: without(h.executions, 5)),
    (
        "poison_is_quarantined_after_three",
        "is failed (timeout)",
        lambda h: change(h.runs, 2, failure_class="timeout"),
    ),
    (
        "poison_is_quarantined_after_three",
        "without poison",
        lambda h: change(h.runs, 0, status="failed", failure_class="quarantined"),
    ),
    (
        "a_finished_step_paid_once",
        "was answered 2 times",
        lambda h: h.calls.append(Call("r1", "b", 2, "anthropic", "succeeded", "h")),
    ),
    (
        "a_crash_costs_one_call_at_most",
        "possibly billed by 0 crashes",
        lambda h: h.calls.append(Call("r1", "b", 1, "anthropic", "possibly_billed", "h")),
    ),
    (
        "a_crash_costs_one_call_at_most",
        "answered whole 2 times",
        lambda h: h.sent.append(Sent("r1", "b", "anthropic", True)),
    ),
    (
        "a_finished_step_paid_once",
        "is left started",
        lambda h: h.calls.append(Call("r1", "b", 1, "anthropic", "started", "h")),
    ),
    (
        "the_ledger_knows_every_request",
        "the ledger knows 1",
        lambda h: h.sent.append(Sent("r1", "b", "anthropic", False)),
    ),
    (
        "the_ledger_knows_every_request",
        "tried anthropic 5 times",
        lambda h: h.calls.extend([Call("r1", "b", 2, "anthropic", "failed", "h")] * 4),
    ),
    (
        "a_whole_answer_is_what_a_vendor_wrote",
        "kept an answer that was broken",
        lambda h: change(h.sent, 0, whole=False),
    ),
    ("budgets_hold", "of 1.0 USD", lambda h: change(h.budgets, 0, spent=1.01)),
    ("budgets_hold", "reserved for nothing", lambda h: change(h.budgets, 0, reserved=0.2)),
    (
        "runs_resume_in_time",
        "95 of 100 runs",
        lambda h: change(h.faults, 0, at=-20.0),
    ),
    (
        "a_delivery_makes_one_signal",
        "m2 was acknowledged and made 0",
        lambda h: without(h.taken, 1),
    ),
    (
        "a_delivery_makes_one_signal",
        "m1 was acknowledged and made 2",
        lambda h: h.taken.append(Taken("m1", "slow")),
    ),
    (
        "a_delivery_makes_one_signal",
        "m1 was acknowledged and made 0",
        lambda h: change(h.taken, 0, text="slo"),
    ),
    (
        "a_delivery_makes_one_signal",
        "m3 came from no message",
        lambda h: h.taken.append(Taken("m3", "made up")),
    ),
    ("a_delivery_makes_one_signal", "left failed", lambda h: change(h.events, 1, status="failed")),
    (
        "a_delivery_makes_one_signal",
        "d1 was kept 2 times",
        lambda h: h.events.append(Event("d1", "processed")),
    ),
    ("runs_resume_in_time", "inf s", lambda h: h.faults.append(Fault("x", 15.0, ("r8",)))),
]


@pytest.mark.parametrize(("rule", "words", "breach"), BREACHES)
def test_a_broken_promise_is_reported(rule: str, words: str, breach: Break) -> None:
    history = good()
    breach(history)

    found = violations(history)

    assert any(line.startswith(f"{rule}: ") and words in line for line in found), found


def test_a_good_history_is_without_fault() -> None:
    assert violations(good()) == []


def test_every_rule_is_shown_a_breach() -> None:
    assert {rule.__name__ for rule in RULES} == {rule for rule, _, _ in BREACHES}


def test_a_crash_while_answering_excuses_one_more_call() -> None:
    history = good()
    history.calls.append(Call("r1", "b", 1, "anthropic", "possibly_billed", "h"))
    history.sent.append(Sent("r1", "b", "anthropic", False))
    change(history.faults, 0, kind=WHILE_ANSWERING)

    assert violations(history) == []

    history.calls.append(Call("r1", "b", 1, "anthropic", "possibly_billed", "h"))
    assert any("2 calls possibly billed by 1 crashes" in line for line in violations(history))


def test_recovery_is_measured_to_the_next_sign_of_work() -> None:
    found = recovery(good())

    assert found is not None
    assert (found.p50, found.longest, found.count) == (1.5, 1.5, 1)


def test_a_run_that_had_ended_had_nothing_to_recover_from() -> None:
    history = good()
    history.faults = [Fault("kill horse", 15.1, ("r1",))]

    assert recovery(history) is None


def test_a_history_is_kept_as_it_was(tmp_path: Path) -> None:
    history = good()
    history.save(tmp_path / "history.json")

    assert History.load(tmp_path / "history.json") == history


def test_the_checker_reads_nothing_of_the_product() -> None:
    source = Path(str(checker.__file__)).read_text(encoding="utf-8")

    assert "pmflow_core" not in source
