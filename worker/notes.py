"""What a worker and its child tell each other, whatever else they are doing: a few shared bytes.

A signal can be lost between a fork and its handler; a byte in memory that both see cannot.
"""

import mmap
import struct
import time

_STOP_BY = struct.Struct("d")
_LEFT = 8
_SIZE = 9


class Notes:
    """Make it before the fork; parent and child then see the same."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _SIZE)

    def ask_to_stop(self, within_s: float) -> None:
        """Tell the child to be done within so many seconds; the first word counts."""
        if not self.asked_to_stop():
            _STOP_BY.pack_into(self._memory, 0, time.monotonic() + within_s)

    def asked_to_stop(self) -> bool:
        """Return whether the worker was asked to stop."""
        return self._stop_by() > 0

    def time_left(self) -> float:
        """Return the seconds that are left, without end when nobody asked to stop."""
        stop_by = self._stop_by()
        return stop_by - time.monotonic() if stop_by else float("inf")

    def leave_run(self) -> None:
        """Tell the parent that the run was left as it is, and not by a crash."""
        self._memory[_LEFT] = 1

    def take_left(self) -> bool:
        """Return whether the child said so since the last call."""
        left = self._memory[_LEFT]
        self._memory[_LEFT] = 0
        return bool(left)

    def _stop_by(self) -> float:
        return float(_STOP_BY.unpack_from(self._memory, 0)[0])


NOTES = Notes()
