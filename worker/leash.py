"""Replace this process by a command that gets SIGTERM when the supervisor dies (Linux).

A program of its own, because code between fork and exec is not safe beside threads.
Started as `python -S leash.py SUPERVISOR_PID COMMAND…`.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie ourselves to the supervisor and become the command."""
    supervisor, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        # it may have died before the line above
        if os.getppid() != supervisor:
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 the supervisor's own commands


if __name__ == "__main__":
    main()
