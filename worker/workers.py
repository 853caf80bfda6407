"""Several workers under one process, for a machine that runs nothing else of pmflow."""

import argparse
import os
import sys

from rich.console import Console

from worker.children import Child, Command
from worker.supervisor import Stop, Voice, supervise


def main(arguments: argparse.Namespace) -> int:
    """Run as many workers as asked for until SIGINT or SIGTERM; return the exit code."""
    say = Voice(Console())
    commands = [
        Command(f"worker-{n}", (sys.executable, "-m", "worker", "worker"))
        for n in range(1, arguments.n + 1)
    ]
    stop = Stop()
    with stop.listening():
        children = [Child(command, dict(os.environ), say) for command in commands]
        supervise(children, stop, say, lambda _now: None)
    return 0
