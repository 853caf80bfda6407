"""Runs the checks of `custom` gates at the end of a run, before anything is decided.

A check may take minutes and ask providers, so it cannot work in the transaction that decides. What
it came to is stored with the hashes of the documents it saw; the gate reads that under lock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.providers.base import Provider, ProviderRejected, ProviderUnavailable
from pmflow_core.recipes.spec import GateSpec
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.gates.custom import CUSTOM, Params
from pmflow_core.runs.kinds import AnswerNeeded, LeaseLost, QuestionDraft, RunContext, Tools
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.status import LogLevel

Found = dict[str, dict[str, Any]]
MakeTools = Callable[[], Tools]
TIMEOUT_S = 600.0


@dataclass(frozen=True)
class _Quiet:
    """A step's tools for a check, which writes no document and asks no person."""

    tools: Tools

    @property
    def provider(self) -> Provider:
        return self.tools.provider

    def log(self, level: LogLevel, text: str) -> None:
        self.tools.log(level, text)

    def write(self, piece: str) -> None:
        del piece

    def ask(self, question: QuestionDraft) -> str:
        raise AnswerNeeded(question)

    def check(self) -> None:
        self.tools.check()


def run_checks(
    context: RunContext, known: Mapping[str, Any], make_tools: MakeTools, extensions: Extensions
) -> Found:
    """Return what each check of the recipe came to, by gate title.

    One that has run on these documents, before a crash, is not run again.
    """
    found: Found = {}
    for gate in context.recipe.gates:
        if gate.kind != CUSTOM.name:
            continue
        told = _told(gate, context)
        earlier = known.get(gate.title, {})
        if all(earlier.get(name) == value for name, value in told.items()):
            found[gate.title] = dict(earlier)
            continue
        tools = _Quiet(make_tools())
        passed, detail = _check(gate, context, tools, extensions)
        tools.log(LogLevel.OK if passed else LogLevel.WARN, f"{gate.title}: {detail}")
        found[gate.title] = {**told, "passed": passed, "detail": detail}
    return found


def store(session: Session, holder: Holder, run: StageRun, found: Found) -> None:
    """Keep the results with the run; raises LeaseLost without it."""
    statement = (
        update(StageRun)
        .where(holder.holds())
        .values(gate_evidence=found)
        .returning(col(StageRun.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).one_or_none() is None:
        raise LeaseLost(f"Run {run.number} is not this worker's any more.")


def newest_results(session: Session, project_id: UUID, stage: str) -> dict[str, Any]:
    """Return what checks came to in the newest run of the project at a stage that had some."""
    statement = (
        select(col(StageRun.gate_evidence))
        .where(
            col(StageRun.project_id) == project_id,
            col(StageRun.stage) == stage,
            col(StageRun.gate_evidence) != {},
        )
        .order_by(col(StageRun.number).desc())
        .limit(1)
    )
    return session.scalar(statement) or {}


def _told(gate: GateSpec, context: RunContext) -> dict[str, Any]:
    params = Params.model_validate(gate.params)
    return {**params.model_dump(mode="json"), "hashes": dict(context.hashes)}


def _check(
    gate: GateSpec, context: RunContext, tools: Tools, extensions: Extensions
) -> tuple[bool, str]:
    """A check that cannot tell has not passed; only the run's own end goes through it."""
    wanted = Params.model_validate(gate.params)
    check = extensions.checks.get(wanted.check)
    tools.check()
    try:
        return check.run(check.params.model_validate(wanted.params), context, tools)
    except AnswerNeeded:
        return False, f"{check.name} asks a person, which a check cannot; let a step ask."
    except (ProviderUnavailable, ProviderRejected) as error:
        return False, f"{check.name} could not be carried out: {error}"
