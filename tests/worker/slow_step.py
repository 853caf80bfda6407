"""A plugin for tests: a step that is slow on purpose, and one that kills its worker."""

import os
import signal
import time

from pydantic import BaseModel

from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import (
    DocumentDraft,
    Params,
    RunContext,
    StepKind,
    StepOutcome,
    Tools,
)
from pmflow_core.runs.status import LogLevel


class SlowParams(BaseModel):
    """How long to work."""

    seconds: float


class NoParams(BaseModel):
    """Nothing to set."""


def work_slowly(params: Params, context: RunContext, tools: Tools) -> StepOutcome:
    """Write a small research document after `seconds`."""
    tools.log(LogLevel.INFO, f"working in process {os.getpid()}")
    until = time.monotonic() + params.seconds
    while time.monotonic() < until:
        tools.check()
        time.sleep(0.05)
    signal_number = context.evidence[0].number
    text = f"# Research\n\n## Key Insights\n\n- Search is gone [S-{signal_number}].\n"
    return StepOutcome("slow and steady", DocumentDraft("research", text, "slow"))


def poison(_params: Params, _context: RunContext, _tools: Tools) -> StepOutcome:
    """Die as a segfault would."""
    os.kill(os.getpid(), signal.SIGKILL)
    return StepOutcome("never")


def sleep_deaf(params: Params, context: RunContext, tools: Tools) -> StepOutcome:
    """Work for `seconds` without ever asking whether to go on."""
    tools.log(LogLevel.INFO, "deaf")
    time.sleep(params.seconds)
    return StepOutcome(f"slept through run {context.number}")


def register(extensions: Extensions) -> None:
    """Entry point."""
    extensions.steps.add(StepKind("slow_document", SlowParams, work_slowly))
    extensions.steps.add(StepKind("deaf_sleep", SlowParams, sleep_deaf))
    extensions.steps.add(StepKind("poison", NoParams, poison))
