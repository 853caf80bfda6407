"""Judges a history: pure rules, each of which says in words what broke a promise.

The rules know nothing of how the product works; `test_checker` shows that each can fail.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.torture.history import Accepted, Change, History

Rule = Callable[[History], Iterator[str]]
TERMINAL = frozenset({"completed", "failed", "cancelled"})
ACTIVE = frozenset({"queued", "running", "waiting"})
MAX_CRASHES = 3
MAX_ATTEMPTS = 4
P95_S, MAX_S = 30.0, 60.0
CENT = 0.000_001
# The one fault after which a call may have to be made again.
WHILE_ANSWERING = "kill while answering"


def violations(history: History) -> list[str]:
    """Return every broken promise; an empty list is what a product wants to hear."""
    return [f"{rule.__name__}: {words}" for rule in RULES for words in rule(history)]


def every_run_ends_as_it_may(history: History) -> Iterator[str]:
    """A run is there, and in a state that its work allows; one that a run requested, completed."""
    rows = {row.run_id: row for row in history.runs}
    known = {accepted.run_id for accepted in history.accepted}
    requested = [Accepted(row.run_id) for row in history.runs if row.run_id not in known]
    for accepted in (*history.accepted, *requested):
        row = rows.get(accepted.run_id)
        if row is None:
            yield f"run {accepted.run_id} was accepted and is gone"
        elif row.status not in accepted.may_end:
            why = f" ({row.failure_class})" if row.failure_class else ""
            yield f"run {row.run_id} is {row.status}{why}, not {' or '.join(accepted.may_end)}"


def a_run_ends_once(history: History) -> Iterator[str]:
    """A run comes to a terminal state once and never leaves it."""
    ended: dict[str, str] = {}
    for change in _run_changes(history):
        if change.run_id in ended:
            yield f"run {change.run_id} became {change.status} after {ended[change.run_id]}"
        elif change.status in TERMINAL:
            ended[change.run_id] = change.status


def a_claim_is_had_by_one(history: History) -> Iterator[str]:
    """Each claim has a fence of its own, above all before it."""
    last: dict[str, int] = {}
    for change in _run_changes(history):
        if change.status != "running":
            continue
        if change.fence <= last.get(change.run_id, 0):
            yield f"run {change.run_id} was claimed twice with fence {change.fence}"
        last[change.run_id] = change.fence


def a_completed_run_completed_its_steps(history: History) -> Iterator[str]:
    """No step of a completed run is left, and no step completes twice."""
    completed = {row.run_id for row in history.runs if row.status == "completed"}
    for step in history.steps:
        if step.run_id in completed and step.status != "completed":
            yield f"run {step.run_id} completed with step {step.step_key} {step.status}"
    times = Counter(
        (change.run_id, change.step_key)
        for change in history.changes
        if change.step_key is not None and change.status == "completed"
    )
    for (run_id, step_key), count in times.items():
        if count > 1:
            yield f"step {step_key} of run {run_id} completed {count} times"


def a_completed_step_is_not_worked_again(history: History) -> Iterator[str]:
    """A claim above the one that completed a step began after that commit: it must not work it."""
    by = {(s.run_id, s.step_key): s.fence for s in history.steps if s.fence is not None}
    worked = Counter((e.run_id, e.step_key, e.fence) for e in history.executions)
    for (run_id, step_key, fence), count in worked.items():
        done = by.get((run_id, step_key))
        if done is not None and fence > done:
            yield f"step {step_key} of run {run_id}: done by claim {done}, worked by {fence} again"
        if count > 1:
            yield f"step {step_key} of run {run_id} worked {count} times by claim {fence}"


def a_step_leaves_one_version(history: History) -> Iterator[str]:
    """A completed step that was seen working left exactly one version; another none or one."""
    counts = Counter((version.run_id, version.step_key) for version in history.versions)
    for (run_id, step_key), count in counts.items():
        if count > 1:
            yield f"step {step_key} of run {run_id} left {count} versions"
    worked = {(e.run_id, e.step_key) for e in history.executions}
    for step in history.steps:
        key = (step.run_id, step.step_key)
        if step.status == "completed" and key in worked and key not in counts:
            yield f"step {step.step_key} of run {step.run_id} completed and left no version"
        if step.status != "completed" and key in counts:
            yield f"step {step.step_key} of run {step.run_id} is {step.status}, but left a version"


def a_run_decides_once(history: History) -> Iterator[str]:
    """A run that ends writes one decision, and moves its project at most once, if at all."""
    decisions = Counter(d.run_id for d in history.decided if d.outcome != "moved")
    moves = Counter(d.run_id for d in history.decided if d.outcome == "moved")
    for row in history.runs:
        if row.status in TERMINAL and decisions[row.run_id] != 1:
            yield f"run {row.run_id} is {row.status} with {decisions[row.run_id]} decisions"
        wanted = int(row.advances and row.status == "completed")
        if moves[row.run_id] != wanted:
            yield f"run {row.run_id} moved its project {moves[row.run_id]} times, not {wanted}"


def an_advance_requests_the_next_run(history: History) -> Iterator[str]:
    """A project that moved by itself is worked on at its next stage."""
    runs = Counter(row.project_id for row in history.runs)
    for row in history.runs:
        if row.advances and row.status == "completed" and runs[row.project_id] < 2:
            yield f"run {row.run_id} moved project {row.project_id}, where nothing goes on"


def effects_happen_once(history: History) -> Iterator[str]:
    """A commit or a message is made once, and none is left undone."""
    for (kind, key), count in Counter((e.kind, e.key) for e in history.effects).items():
        if count > 1:
            yield f"{kind} {key} happened {count} times"
    for effect in history.effects:
        if effect.status != "done":
            yield f"{effect.kind} {effect.key} is {effect.status}"
    commits = {effect.key for effect in history.effects if effect.kind == "commit"}
    for effect in history.effects:
        if effect.kind == "git_commit" and effect.key not in commits:
            yield f"{effect.key} is said to be done and is not"


def one_active_run_a_project(history: History) -> Iterator[str]:
    """At no moment has a project two runs that are not finished."""
    project = {row.run_id: row.project_id for row in history.runs}
    active: dict[str, set[str]] = defaultdict(set)
    for change in _run_changes(history):
        if change.run_id not in project:
            continue
        here = active[project[change.run_id]]
        (here.add if change.status in ACTIVE else here.discard)(change.run_id)
        if len(here) > 1:
            yield f"project {project[change.run_id]} has {len(here)} active runs: {sorted(here)}"


def poison_is_quarantined_after_three(history: History) -> Iterator[str]:
    """A step that takes its worker is tried exactly three times; no other run is quarantined."""
    tries: dict[str, Counter[str]] = defaultdict(Counter)
    for line in history.executions:
        tries[line.run_id][line.step_key] += 1
    poisoned = {accepted.run_id for accepted in history.accepted if accepted.poisoned}
    for row in history.runs:
        if row.run_id not in poisoned:
            if row.failure_class == "quarantined":
                yield f"run {row.run_id} was quarantined without poison"
            continue
        most = max(tries[row.run_id].values(), default=0)
        if row.failure_class != "quarantined" or most != MAX_CRASHES:
            yield (
                f"poisoned run {row.run_id} is {row.status} ({row.failure_class})"
                f" after {most} tries at one step"
            )


def a_finished_step_paid_once(history: History) -> Iterator[str]:
    """An answer that was kept is never asked for again, and no call is left open."""
    answered = Counter(
        (call.run_id, call.step_key, call.request_hash)
        for call in history.calls
        if call.status == "succeeded"
    )
    for (run_id, step_key, _), count in answered.items():
        if count > 1:
            yield f"step {step_key} of run {run_id} was answered {count} times"
    for call in history.calls:
        if call.status in {"reserved", "started"}:
            yield f"a call of run {call.run_id} is left {call.status}"


def a_crash_costs_one_call_at_most(history: History) -> Iterator[str]:
    """Only a crash while an answer comes in may cost one more call."""
    excused = Counter(
        run_id for fault in history.faults if fault.kind == WHILE_ANSWERING for run_id in fault.runs
    )
    # Where the vendor itself broke off, nobody can tell what it billed.
    broke_off = {s.run_id for s in history.sent if not s.whole} - set(excused)
    unsure = Counter(c.run_id for c in history.calls if c.status == "possibly_billed")
    for run_id, count in unsure.items():
        if run_id not in broke_off and count > excused[run_id]:
            yield f"run {run_id}: {count} calls possibly billed by {excused[run_id]} crashes"
    whole = Counter((s.run_id, s.step_key) for s in history.sent if s.whole)
    for (run_id, step_key), count in whole.items():
        if count > 1 + excused[run_id]:
            yield f"step {step_key} of run {run_id} was answered whole {count} times"


def the_ledger_knows_every_request(history: History) -> Iterator[str]:
    """What a vendor received was written down before; four tries of one claim at the most."""
    sent = Counter((s.run_id, s.step_key, s.provider) for s in history.sent)
    known = Counter((c.run_id, c.step_key, c.provider) for c in history.calls)
    for (run_id, step_key, provider), count in sent.items():
        if count > known[run_id, step_key, provider]:
            yield (
                f"{provider} received {count} requests of step {step_key} of run {run_id},"
                f" the ledger knows {known[run_id, step_key, provider]}"
            )
    tries = Counter(
        (c.run_id, c.step_key, c.provider, c.fence, c.request_hash) for c in history.calls
    )
    for (run_id, step_key, provider, *_), count in tries.items():
        if count > MAX_ATTEMPTS:
            yield f"step {step_key} of run {run_id} tried {provider} {count} times"


def a_whole_answer_is_what_a_vendor_wrote(history: History) -> Iterator[str]:
    """A version that a vendor wrote came from an answer that was whole."""
    whole = {(s.run_id, s.step_key) for s in history.sent if s.whole}
    asked = {(s.run_id, s.step_key) for s in history.sent}
    for version in history.versions:
        key = (version.run_id, version.step_key)
        local = (version.model or "local").startswith("local")
        if key in asked and not local and key not in whole:
            yield f"step {version.step_key} of run {version.run_id} kept an answer that was broken"


def budgets_hold(history: History) -> Iterator[str]:
    """What is spent and reserved is within the cap, and nothing is reserved when all has ended."""
    for budget in history.budgets:
        if budget.spent + budget.reserved > budget.cap + CENT:
            yield f"budget {budget.subject}: {budget.spent + budget.reserved} of {budget.cap} USD"
        if budget.reserved > CENT:
            yield f"budget {budget.subject}: {budget.reserved} USD are reserved for nothing"


def a_delivery_makes_one_signal(history: History) -> Iterator[str]:
    """What was acknowledged is one signal, word for word; nothing waits, and nothing is made up."""
    counts = Counter((taken.ref, taken.text) for taken in history.taken)
    for message in history.delivered:
        count = counts.pop((message.ref, message.text), 0)
        if count != 1:
            yield f"message {message.ref} was acknowledged and made {count} signals"
    for ref, _ in counts:
        yield f"signal {ref} came from no message"
    kept = Counter(event.delivery_id for event in history.events)
    for delivery_id, count in kept.items():
        if count > 1:
            yield f"delivery {delivery_id} was kept {count} times"
    for event in history.events:
        if event.status != "processed":
            yield f"delivery {event.delivery_id} is left {event.status}"


@dataclass(frozen=True, slots=True)
class Recovery:
    """How long runs stood still after a fault, in seconds."""

    p50: float
    p95: float
    longest: float
    count: int


def recovery(history: History) -> Recovery | None:
    """Return the times from each fault to the next sign of work on each run in its way."""
    signs: dict[str, list[float]] = defaultdict(list)
    ended = {c.run_id: c.at for c in _run_changes(history) if c.status in TERMINAL}
    for line in history.executions:
        signs[line.run_id].append(line.at)
    for change in history.changes:
        if change.status == "running" or change.status in TERMINAL:
            signs[change.run_id].append(change.at)
    times = sorted(
        min((at - fault.at for at in signs[run_id] if at > fault.at), default=float("inf"))
        for fault in history.faults
        for run_id in fault.runs
        if ended.get(run_id, float("inf")) > fault.at
    )
    if not times:
        return None
    return Recovery(_at(times, 0.5), _at(times, 0.95), times[-1], len(times))


def runs_resume_in_time(history: History) -> Iterator[str]:
    """Work goes on within 30 s of a fault in 95 of 100 cases, and within 60 s in all."""
    found = recovery(history)
    if found is None:
        return
    if found.p95 > P95_S:
        yield f"95 of 100 runs stood still for up to {found.p95:.1f} s"
    if found.longest > MAX_S:
        yield f"a run stood still for {found.longest:.1f} s"


def _run_changes(history: History) -> list[Change]:
    found = [change for change in history.changes if change.step_key is None]
    return sorted(found, key=lambda change: change.at)


def _at(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(share * len(times)))]


RULES: tuple[Rule, ...] = (
    every_run_ends_as_it_may,
    a_run_ends_once,
    a_claim_is_had_by_one,
    a_completed_run_completed_its_steps,
    a_completed_step_is_not_worked_again,
    a_step_leaves_one_version,
    a_run_decides_once,
    an_advance_requests_the_next_run,
    effects_happen_once,
    one_active_run_a_project,
    poison_is_quarantined_after_three,
    a_finished_step_paid_once,
    a_crash_costs_one_call_at_most,
    the_ledger_knows_every_request,
    a_whole_answer_is_what_a_vendor_wrote,
    budgets_hold,
    a_delivery_makes_one_signal,
    runs_resume_in_time,
)
