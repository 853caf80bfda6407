"""Named places where a test can have the process die, to show that a run survives it.

Set PMFLOW_CRASH_POINT to a name below and PMFLOW_CRASH_FILE to an existing file: the process that
arrives first removes the file and is killed as by the kernel. Without both nothing happens.
"""

import os
import signal
from pathlib import Path

CRASH_POINTS = (
    "claimed",
    "step_begun",
    "step_worked",
    "step_recorded",
    "steps_done",
    "concluded",
)


def crash_point(name: str) -> None:
    """Die here when a test has asked for it."""
    wanted = os.environ.get("PMFLOW_CRASH_POINT")
    file = os.environ.get("PMFLOW_CRASH_FILE")
    if wanted != name or file is None:
        return
    try:
        Path(file).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
