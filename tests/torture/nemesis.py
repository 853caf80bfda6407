"""The faults themselves: what is done to processes and servers, and a note of it."""

import random
import re
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from rq.executions import WORKER_EXECUTIONS_KEY_TEMPLATE

from pmflow_core.embedded import processes
from pmflow_core.embedded.server import EmbeddedServer
from tests.torture.history import Fault
from tests.torture.house import House, Workers, horse_of, kill

# One run is not hit more often: the third worker that a step loses ends it, as promised.
MOST_HITS = 2
_RUN = re.compile(r"run-([0-9a-f-]{36})-\d+:")


@dataclass
class Nemesis:
    """Does harm at random, the same harm for the same seed as far as processes allow."""

    house: House
    seed: int
    faults: list[Fault] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 chosen, not secret

    def kill_somebody(self, workers: Workers) -> bool:
        """Kill a work-horse, its parent, or both as a vanished host; False when none works."""
        parents = workers.parents()
        self.random.shuffle(parents)
        for parent in parents:
            horse = horse_of(parent)
            run = self.run_in_hands(parent)
            if horse is None or run is None or self.hits[run] >= MOST_HITS:
                continue
            how = self.random.choices(("horse", "parent", "both"), (8, 1, 1))[0]
            victims = {"horse": (horse,), "parent": (parent,), "both": (parent, horse)}[how]
            # The parent first: it would put another work-horse in the place of a dead one.
            if horse_of(parent) != horse or not all(kill(victim) for victim in victims):
                continue
            self.hits[run] += 1
            self._note(f"kill {how}", (run,))
            return True
        return False

    def kill_horse_of(self, workers: Workers, run_id: str, kind: str) -> None:
        """Kill the work-horse that has a run in its hands."""
        for parent in workers.parents():
            horse = horse_of(parent)
            if horse is not None and self.run_in_hands(parent) == run_id and kill(horse):
                self._note(kind, (run_id,))

    def restart(self, server: EmbeddedServer, how: signal.Signals, down_s: float) -> None:
        """Stop a server as told, leave it down, start it again, and note who was working."""
        working = self._running()
        processes.stop(server.target, ((how, 20.0),))
        self._note(f"{server.target.program} {how.name}", working)
        time.sleep(down_s)
        server.start_again()

    def empty_queue(self) -> float:
        """Delete everything in Redis; return when."""
        working = self._running()
        self.house.redis().flushall()
        self._note("redis emptied", working)
        return time.time()

    def harm(self, kind: str, runs: tuple[str, ...], act: Callable[[], object]) -> None:
        """Do something else, and note it."""
        act()
        self._note(kind, runs)

    def _note(self, kind: str, runs: tuple[str, ...]) -> None:
        self.faults.append(Fault(kind, time.time(), runs))

    def _running(self) -> tuple[str, ...]:
        found = self.house.rows("select id::text from stage_runs where status = 'running'")
        return tuple(str(row[0]) for row in found)

    def run_in_hands(self, parent: int) -> str | None:
        """Return the run in a worker's hands, claimed or not, as the queue knows it."""
        name = f"worker-{socket.gethostname()}-{parent}"
        at_work = self.house.redis().smembers(WORKER_EXECUTIONS_KEY_TEMPLATE.format(name))
        for execution in at_work:
            found = _RUN.match(execution.decode())
            if found:
                return found[1]
        return None
