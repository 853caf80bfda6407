"""`pmflow run`: executions of a stage's recipe."""

import json
import time
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.board.schemas import GateRead, RunRead
from pmflow_core.board.shown_runs import read_run
from pmflow_core.calls import budgets, costs
from pmflow_core.calls.budgets import Payer
from pmflow_core.calls.costs import Cost
from pmflow_core.calls.models import Scope
from pmflow_core.cli.frame import Json, answer, command_group, connected
from pmflow_core.cli.lookup import project_of, workspace_of_run
from pmflow_core.db.transaction import transaction
from pmflow_core.intake.waiting import require_worker
from pmflow_core.runs import questions, repository, service
from pmflow_core.runs.schemas import QuestionRead
from pmflow_core.runs.service import RunOptions
from pmflow_core.runs.status import OPEN, RunStatus

app = command_group("Run stages.")
POLL_S = 0.2
Id = Annotated[UUID, typer.Argument(help="The run's id.")]


@app.command()
def start(
    key: Annotated[str, typer.Argument(help="The project's key.")],
    stage: Annotated[
        str | None, typer.Option(help="Stage to move to first, when its gates allow.")
    ] = None,
    provider: Annotated[str | None, typer.Option(help="Instead of the recipe's own.")] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Answer from recorded calls only, at no cost.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Return when the run has ended.")] = False,
    as_json: Json = False,
) -> None:
    """Queue a run of a project's stage; with --wait exit 0 only if it completed."""
    with connected(redis=True):
        workspace_id, project_id = project_of(key)
        if wait:
            require_worker(workspace_id)
        actor = Actor.system(workspace_id)
        with transaction(workspace_id) as session:
            made = board.start_run(
                session, actor, project_id, stage, RunOptions(provider, replay=replay)
            )
        found = _follow(actor, made.id) if wait else _read(actor, made.id)
    _print(found, as_json=as_json)
    if wait and found.row.status is not RunStatus.COMPLETED:
        raise typer.Exit(1)


@app.command()
def show(run_id: Id, as_json: Json = False) -> None:
    """Show a run: its steps with their checks, and the gates that were evaluated."""
    with connected():
        found = _read(Actor.system(workspace_of_run(run_id)), run_id)
    _print(found, as_json=as_json)


@app.command()
def cancel(run_id: Id, as_json: Json = False) -> None:
    """End an open run now."""
    with connected(redis=True):
        actor = Actor.system(workspace_of_run(run_id))
        with transaction(actor.workspace_id) as session:
            service.cancel(session, actor, run_id)
        found = _read(actor, run_id)
    _print(found, as_json=as_json)


@app.command()
def retry(run_id: Id, as_json: Json = False) -> None:
    """Queue a new run that repeats an ended one."""
    with connected(redis=True):
        actor = Actor.system(workspace_of_run(run_id))
        with transaction(actor.workspace_id) as session:
            made = service.retry(session, actor, run_id)
        found = _read(actor, made.id)
    _print(found, as_json=as_json)


@app.command()
def rerun(
    run_id: Id,
    step: Annotated[str, typer.Option("--from", help="Key of the step to start from.")],
    edits: Annotated[
        list[str] | None,
        typer.Option("--set", help="Input of that step, as key=value; the value may be JSON."),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Return when the run has ended.")] = False,
    as_json: Json = False,
) -> None:
    """Queue a new run that starts at a step of an ended one and reuses what is before it."""
    with connected(redis=True):
        actor = Actor.system(workspace_of_run(run_id))
        params = dict(_edit(text) for text in edits) if edits else None
        if wait:
            require_worker(actor.workspace_id)
        with transaction(actor.workspace_id) as session:
            made = service.rerun(session, actor, run_id, step, params)
        found = _follow(actor, made.id) if wait else _read(actor, made.id)
    _print(found, as_json=as_json)
    if wait and found.row.status is not RunStatus.COMPLETED:
        raise typer.Exit(1)


@app.command("answer")
def answer_question(
    run_id: Id,
    text: Annotated[str, typer.Argument(help="The answer to what the run waits for.")],
    as_json: Json = False,
) -> None:
    """Answer what a run asks; it goes on at the step that asked."""
    with connected(redis=True):
        actor = Actor.system(workspace_of_run(run_id))
        with transaction(actor.workspace_id) as session:
            questions.answer_run(session, actor, run_id, text)
        found = _read(actor, run_id)
    _print(found, as_json=as_json)


@app.command("costs")
def show_costs(run_id: Id, as_json: Json = False) -> None:
    """Show the tokens and money of a run by step, and of its project and workspace."""
    with connected():
        actor = Actor.system(workspace_of_run(run_id))
        with transaction(actor.workspace_id) as session:
            made = repository.get_run(session, run_id)
            found = {
                **costs.by_step(session, made.id),
                "run": costs.of_run(session, made.id),
                "project": costs.of_project(session, made.project_id),
                "workspace": costs.of_workspace(session),
            }
    rows = {name: asdict(cost) for name, cost in found.items()}
    answer(rows, "\n".join(_costs(*pair) for pair in found.items()), as_json=as_json)


@app.command()
def budget(
    run_id: Id,
    cap: Annotated[
        float | None, typer.Option(min=0, help="New cap in US dollars; what waits for it goes on.")
    ] = None,
    of: Annotated[Scope, typer.Option(help="Whose budget the cap is.")] = Scope.RUN,
    as_json: Json = False,
) -> None:
    """Show the budgets a run is paid from, or raise one."""
    with connected(redis=True):
        actor = Actor.system(workspace_of_run(run_id))
        with transaction(actor.workspace_id) as session:
            made = repository.get_run(session, run_id)
            payer = Payer(made.workspace_id, made.project_id, made.id)
            if cap is not None:
                subject = dict(payer.subjects())[of]
                board.set_budget(session, actor, of, subject, Decimal(str(cap)))
            found = budgets.list_budgets(session, actor, payer)
    rows = [asdict(each) for each in found]
    lines = [
        f"{each.scope.value:<9} ${each.cap_usd:.2f}, ${each.spent_usd:.2f} spent" for each in found
    ]
    answer(rows, "\n".join(lines), as_json=as_json)


def _edit(text: str) -> tuple[str, object]:
    """Return key and value of `key=value`; what is no JSON is a text."""
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise typer.BadParameter(f"{text!r} is not key=value.", param_hint="--set")
    try:
        return key.strip(), json.loads(value)
    except ValueError:
        return key.strip(), value


def _costs(name: str, cost: Cost) -> str:
    doubt = cost.possibly_billed_usd
    noted = f", ${doubt:.4f} of it possibly billed" if doubt else ""
    return (
        f"{name:<20} {cost.calls:>4} calls, {cost.input_tokens:,} tokens in, "
        f"{cost.output_tokens:,} out, ${cost.cost_usd:.4f}{noted}"
    )


def _read(actor: Actor, run_id: UUID, after_seq: int = 0) -> RunRead:
    with transaction(actor.workspace_id) as session:
        return read_run(session, actor, run_id, after_seq=after_seq)


def _follow(actor: Actor, run_id: UUID) -> RunRead:
    """Print log lines on stderr until the run has ended, and return it."""
    console = Console(stderr=True)
    seen = 0
    while True:
        found = _read(actor, run_id, seen)
        for line in found.lines:
            console.print(f"{line.level:<5} {line.text}", markup=False, highlight=False)
        seen = found.last_seq
        if found.row.status not in OPEN or found.row.status is RunStatus.WAITING:
            return found
        require_worker(actor.workspace_id)
        time.sleep(POLL_S)


def _print(found: RunRead, *, as_json: bool) -> None:
    answer(_document(found), _sentences(found), as_json=as_json)


def _gate(gate: GateRead) -> dict[str, object]:
    return {
        "name": gate.name,
        "title": gate.title,
        "passed": gate.passed,
        "detail": gate.detail,
        "optional": gate.optional,
    }


def _document(found: RunRead) -> dict[str, object]:
    return {
        "id": str(found.row.id),
        "number": found.row.number,
        "project": found.row.project_key,
        "stage": found.stage,
        "status": found.row.status.value,
        "provider": found.row.provider,
        "failure": found.row.failure,
        "steps": [
            {
                "key": step.key,
                "title": step.title,
                "status": step.status,
                "attempts": step.attempts,
                "summary": step.summary,
                "criteria": [
                    {"title": check.title, "passed": check.passed, "detail": check.detail}
                    for check in step.criteria
                ],
            }
            for step in found.steps
        ],
        "gates": [_gate(gate) for gate in found.gates],
        "questions": [question_document(question) for question in found.questions],
        "tokens": {
            "input": sum(step.input_tokens for step in found.steps),
            "output": sum(step.output_tokens for step in found.steps),
        },
        "cost_usd": sum(step.cost_usd for step in found.steps),
        "why": {"reason": found.why.reason, "next_action": found.why.next_action},
    }


def question_document(question: QuestionRead) -> dict[str, object]:
    """Return a question as programs read it."""
    return {
        "id": str(question.id),
        "step": question.step_key,
        "kind": question.kind.value,
        "text": question.text,
        "options": list(question.options),
        "default": question.default,
        "deadline": question.deadline_at.isoformat() if question.deadline_at else None,
        "open": question.is_open,
        "answer": question.answer,
        "answered_by": question.answered_by,
    }


def _asked(question: QuestionRead) -> str:
    options = f" ({' | '.join(question.options)})" if question.options else ""
    if question.is_open:
        return f"  ASKS {question.text}{options}"
    return f"  asked {question.text} {question.answered_by}: {question.answer or 'no answer'}"


def _sentences(found: RunRead) -> str:
    lines = [f"Run {found.row.number} of {found.row.project_key}: {found.row.status.value}"]
    lines += [f"  {step.status:<9} {step.title}" for step in found.steps]
    lines += [
        f"  {'ok  ' if gate.passed else 'FAIL'} {gate.title}: {gate.detail}" for gate in found.gates
    ]
    lines += [_asked(question) for question in found.questions]
    if found.row.failure:
        lines.append(found.row.failure)
    lines.append(f"{found.why.reason}. Next: {found.why.next_action}.")
    return "\n".join(lines)
