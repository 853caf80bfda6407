"""The child of a worker: a process that does one job after another, apart from its parent.

A job that crashes takes the child with it and nothing else. One that ends well leaves it connected,
with its statements compiled and its model loaded, so the next job begins some 100 ms sooner than in
a process of its own.
"""

import os
import resource
import select
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

# Nothing a job leaves behind lives longer than this.
MOST_JOBS = 500
MOST_BYTES = 700_000_000
_ENDED = b"."


@dataclass(frozen=True, slots=True)
class Order:
    """A job to do, in the ids of the queue."""

    job_id: str
    execution_id: str


class Horse:
    """The child as its parent sees it; `serve` is what the child does with its orders."""

    def __init__(self, serve: "Callable[[Orders], None]") -> None:
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._orders)
            os.close(self._answers)
            _live(serve, Orders(orders, answers))
        os.close(orders)
        os.close(answers)

    def order(self, order: Order) -> bool:
        """Hand over a job; False when the child has ended."""
        if self._ready() & select.POLLIN:
            os.read(self._answers, len(_ENDED))
        if self._ready() & select.POLLHUP:
            return False
        try:
            os.write(self._orders, f"{order.job_id} {order.execution_id}\n".encode())
        except BrokenPipeError:
            return False
        return True

    def wait(self) -> bool:
        """Return True once the job has ended, False when the child has ended before it.

        May be left by an exception of a timer and called again, so it only looks.
        """
        return bool(self._ready(None) & select.POLLIN)

    def dismiss(self) -> None:
        """Let an idle child end, and take leave of one that has ended."""
        os.close(self._orders)
        os.close(self._answers)

    def _ready(self, patience: int | None = 0) -> int:
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        return sum(flags for _, flags in poll.poll(patience))


class Orders:
    """The parent as its child sees it: iterate over the jobs, say when each has ended."""

    most_jobs = MOST_JOBS
    most_bytes = MOST_BYTES

    def __init__(self, orders: int, answers: int) -> None:
        self._lines = os.fdopen(orders, encoding="ascii")
        self._answers = answers

    def __iter__(self) -> Iterator[Order]:
        """Yield each job; ends when the parent has gone or this process should be a new one."""
        for count, line in enumerate(iter(self._lines.readline, ""), start=1):
            yield Order(*line.split())
            if count >= self.most_jobs or peak_bytes() > self.most_bytes:
                return
            os.write(self._answers, _ENDED)


def peak_bytes() -> int:
    """Return the most memory this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _live(serve: Callable[[Orders], None], orders: Orders) -> NoReturn:
    code = os.EX_SOFTWARE
    try:
        os.setpgrp()
        serve(orders)
        code = os.EX_OK
    finally:
        # not sys.exit: what the parent has registered for its own end is not for us
        os._exit(code)
