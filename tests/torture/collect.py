"""Reads what a campaign left, past the product's own code, into a history."""

import subprocess
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from tests.torture import history as kinds
from tests.torture.history import History
from tests.torture.house import House
from tests.torture.steps import ledger_lines
from tests.torture.workload import Office

RUNS = """select r.id::text, r.project_id::text, r.status, r.failure_class, r.fence, r.crashes,
        v.spec->>'level' <> 'human_approval'
    from stage_runs r join recipe_versions v on v.id = r.recipe_version_id
    where r.workspace_id = any(%s)"""
STEPS = """select run_id::text, step_key, status, attempts, (output->>'fence')::int
    from run_steps where workspace_id = any(%s)"""
VERSIONS = """select run_id::text, step_key, model, content
    from document_versions where workspace_id = any(%s) and run_id is not null"""
CHANGES = """select run_id::text, step_key, status, coalesce(fence, 0),
        extract(epoch from at)::float8
    from torture.changes where workspace_id = any(%s) order by id"""
DECIDED = """select run_id::text, outcome from decisions
        where workspace_id = any(%(ws)s) and run_id is not null
    union all select run_id::text, 'moved' from stage_transitions
        where workspace_id = any(%(ws)s) and run_id is not null"""
EFFECTS = "select kind, key, status from outbox where workspace_id = any(%s)"
CALLS = """select run_id::text, step_key, fence, provider, status, request_hash, cost_usd::float8
    from provider_calls where workspace_id = any(%s)"""
BUDGETS = """select scope || ' ' || subject_id, cap_usd::float8, spent_usd::float8,
        reserved_usd::float8
    from budgets where workspace_id = any(%s)"""


def collect(house: House, offices: Sequence[Office], history: History) -> History:
    """Fill a history that has requests and faults with everything that was left behind."""
    ids = [office.id for office in offices]
    history.runs = [kinds.RunRow(*row) for row in _read(house, RUNS, ids)]
    history.steps = [kinds.StepRow(*row) for row in _read(house, STEPS, ids)]
    history.versions = [kinds.Version(*row) for row in _read(house, VERSIONS, ids)]
    history.changes = [kinds.Change(*row) for row in _read(house, CHANGES, ids)]
    history.effects = [kinds.Effect(*row) for row in _read(house, EFFECTS, ids)]
    history.effects += [commit for office in offices for commit in _commits(house, office.id)]
    history.calls = [kinds.Call(*row) for row in _read(house, CALLS, ids)]
    history.budgets = [kinds.BudgetRow(*row) for row in _read(house, BUDGETS, ids)]
    decided = DECIDED.replace("%(ws)s", "%s")
    history.decided = [kinds.Decided(*row) for row in house.rows(decided, ids, ids)]
    ours = {row.run_id for row in history.runs}
    history.executions = [
        kinds.Execution(run_id, key, int(fence), int(pid), float(at))
        for run_id, key, fence, pid, at in ledger_lines(house.ledger)
        if run_id in ours
    ]
    return history


def _commits(house: House, workspace: UUID) -> Iterator[kinds.Effect]:
    """Yield the commits of a workspace's repository, by their trailers."""
    folder = house.folder / "data" / "repositories" / str(workspace)
    if not folder.exists():
        return
    trailers = (
        "%(trailers:key=Run-Id,valueonly,separator=):%(trailers:key=Step-Key,valueonly,separator=)"
    )
    asked = [
        "git",
        "-c",
        "safe.directory=*",
        "-C",
        str(folder),
        "log",
        "--all",
        f"--format={trailers}",
    ]
    for line in subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split():
        yield kinds.Effect("commit", f"git_commit:{line}")


def _read(house: House, statement: str, ids: list[UUID]) -> list[tuple[Any, ...]]:
    return house.rows(statement, ids)
