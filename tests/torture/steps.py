"""A plugin of steps for torture: honest ones that write down each try, and five kinds of poison."""

import faulthandler
import os
import re
import time
from pathlib import Path

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

PLUGIN = f"{__name__}:register"
LEDGER = "PMFLOW_TORTURE_LEDGER"
POISONS = ("exit", "segfault", "abort", "loop", "lock")


class Work(BaseModel):
    """How long to work, and under which name to sign."""

    key: str
    seconds: float = 0.02


class Poison(BaseModel):
    """How to take the process along."""

    key: str
    kind: str


def work(params: Params, context: RunContext, tools: Tools) -> StepOutcome:
    """Sign the ledger, work, and write a version that says which claim wrote it."""
    sign(context, params.key)
    until = time.monotonic() + params.seconds
    while time.monotonic() < until:
        tools.check()
        time.sleep(min(0.02, params.seconds))
    text = f"# Research\n\n## Key Insights\n\n- Search is gone [S-{context.evidence[0].number}].\n"
    return StepOutcome(
        f"worked by claim {context.fence}",
        DocumentDraft("research", text, "torture"),
        output={"fence": context.fence},
    )


def poison(params: Params, context: RunContext, _tools: Tools) -> StepOutcome:
    """Sign the ledger, then never come back."""
    sign(context, params.key)
    _ENDS[params.kind]()
    return StepOutcome("never")


def sign(context: RunContext, step_key: str) -> None:
    """Append a line to the ledger and have it on disk before anything else happens."""
    line = f"{context.run_id} {step_key} {context.fence} {os.getpid()} {time.time()!r}\n"
    file = os.open(os.environ[LEDGER], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line.encode())
        os.fsync(file)
    finally:
        os.close(file)


def ledger_lines(path: Path) -> list[list[str]]:
    """Return the words of each line of the ledger."""
    if not path.exists():
        return []
    return [line.split() for line in path.read_text(encoding="ascii").splitlines()]


def _loop() -> None:
    while True:
        pass


def _lock() -> None:
    """Hold the interpreter's lock for ever, so that no other thread of the process runs."""
    re.match(r"(a+)+$", "a" * 64 + "b")


def _segfault() -> None:
    faulthandler.disable()
    # The only way to an honest SIGSEGV without building C.
    faulthandler._sigsegv()  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]


_ENDS = {
    "exit": lambda: os._exit(7),
    "segfault": _segfault,
    "abort": os.abort,
    "loop": _loop,
    "lock": _lock,
}


def register(extensions: Extensions) -> None:
    """Entry point."""
    extensions.steps.add(StepKind("torture_work", Work, work))
    extensions.steps.add(StepKind("torture_poison", Poison, poison))
