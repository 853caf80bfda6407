"""A tiny process that stops a server once its last user is gone, however that user went.

`kill -9` on a supervisor runs no exit code; the kernel frees its lock, and the guard sees that.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from pmflow_core.embedded import processes

STEPS = {
    # PostgreSQL: fast shutdown, then immediate (recovered from the log at the next start)
    "postgres": ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0)),
    "valkey-server": ((signal.SIGTERM, 10.0),),
}


def lock_path(folder: Path) -> Path:
    """Return the file whose lock serialises start and stop of a server."""
    return folder.with_name(folder.name + ".lock")


def users_path(folder: Path) -> Path:
    """Return the file that every user of a server locks shared."""
    return folder.with_name(folder.name + ".users")


def guard_path(folder: Path) -> Path:
    """Return the file that the guard of a server locks while it watches."""
    return folder.with_name(folder.name + ".guard")


def launch(target: processes.Target) -> subprocess.Popen[bytes] | None:
    """Start the guard of a server unless one watches; call with the start lock held."""
    if not processes.unused(guard_path(Path(target.folder))):
        return None
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-S", "-m", __name__, target.program, target.folder]
    return subprocess.Popen(  # noqa: S603 our own interpreter
        command,
        cwd="/",
        env={"PYTHONPATH": root},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def watch(target: processes.Target) -> None:
    """Wait until nobody uses the server, then stop it."""
    folder = Path(target.folder)
    watching = processes.lock(guard_path(folder))
    while True:
        os.close(processes.lock(users_path(folder)))
        with processes.exclusive(lock_path(folder)):
            # Users come only under the start lock, so what is unused here stays unused.
            if processes.has_no_users(users_path(folder)):
                processes.stop(target, STEPS[target.program])
                # before the start lock goes: the next starter must not count on this guard
                os.close(watching)
                return


if __name__ == "__main__":
    watch(processes.Target(sys.argv[1], sys.argv[2]))
