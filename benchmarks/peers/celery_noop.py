# pyright: basic, reportMissingImports=false
"""Celery with its usual settings on the same Valkey: `delay` to the body of a task.

A chain of tasks stands for steps; it passes results along and keeps no checkpoint in a database.
"""

import json
import os
import subprocess
import sys
import time
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import celery
from celery import Celery, chain

app = Celery("noop", broker=os.environ.get("BROKER"), backend=os.environ.get("BROKER"))


@app.task
def note(moments: list[int]) -> list[int]:
    """Return the moments with this one added."""
    return [*moments, time.monotonic_ns()]


def _idle(runs: int) -> list[float]:
    taken = []
    for _ in range(runs):
        time.sleep(0.1)
        asked = time.monotonic_ns()
        taken.append((note.delay([]).get()[0] - asked) / 1e6)
    return taken


def _burst(runs: int) -> list[float]:
    asked = []
    for _ in range(runs):
        moment = time.monotonic_ns()
        asked.append((moment, note.delay([])))
    return [(result.get()[0] - moment) / 1e6 for moment, result in asked]


def _chains(runs: int, steps: int) -> list[float]:
    taken = []
    for _ in range(runs):
        moments = chain(note.s([]), *[note.s()] * (steps - 1)).delay().get()
        taken += [(after - before) / 1e6 for before, after in pairwise(moments)]
    return taken


def main(told: dict) -> None:
    """Start a worker, measure, and print the figures."""
    command = "-m celery -A celery_noop worker --concurrency 2 --loglevel ERROR"
    worker = subprocess.Popen(
        [sys.executable, *command.split()], cwd=Path(__file__).parent, stdout=sys.stderr
    )
    try:
        note.delay([]).get(timeout=60)
        figures = {
            "system": f"Celery {celery.__version__}",
            "idle": _idle(told["runs"]),
            "burst": _burst(told["burst"]),
            "step": _chains(told["chains"], told["steps"]),
        }
    finally:
        worker.terminate()
        worker.wait(timeout=60)
    print(json.dumps(figures))


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    # the application is made at import: by the worker, and by us under the same name
    os.environ["BROKER"] = told["redis"].removesuffix("/0") + "/1"
    import_module("celery_noop").main(told)
