"""A plugin for the benchmarks: a step that does nothing but say when it ran."""

import time

from pydantic import BaseModel

from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import Params, RunContext, StepKind, StepOutcome, Tools

SKILL = "note_the_time"
PLUGIN = "benchmarks.noop_steps:register"


class NoParams(BaseModel):
    """Nothing to set."""


def note_the_time(_params: Params, _context: RunContext, _tools: Tools) -> StepOutcome:
    """Return at once; the clock is the one all processes of a machine share."""
    return StepOutcome("noted the time", output={"ns": time.monotonic_ns()})


def register(extensions: Extensions) -> None:
    """Entry point."""
    extensions.steps.add(StepKind(SKILL, NoParams, note_the_time))
