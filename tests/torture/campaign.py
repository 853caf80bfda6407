"""What every campaign of faults is given and comes to."""

from dataclasses import dataclass, field

from tests.torture.checker import Recovery, recovery, violations
from tests.torture.collect import collect
from tests.torture.history import Accepted, History
from tests.torture.house import House
from tests.torture.nemesis import Nemesis
from tests.torture.workload import Office, wait_for_the_end

# Generous, because a machine may be busy; how long recovery took is judged by the checker.
PATIENCE_S = 240.0


@dataclass
class Result:
    """What a campaign came to: `n` faults or trials, each chance to break a promise."""

    fault: str
    n: int
    violations: list[str]
    recovery: Recovery | None = None
    notes: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    history: History | None = None

    @property
    def bound(self) -> float:
        """Return the 95 % bound of the rate of violations when none was seen: 3/N."""
        return min(1.0, 3 / self.n) if self.n else 1.0


@dataclass
class Campaign:
    """One campaign under way: its offices, its nemesis and what was accepted."""

    fault: str
    house: House
    seed: int = 1
    offices: list[Office] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    nemesis: Nemesis = field(init=False)

    def __post_init__(self) -> None:
        self.nemesis = Nemesis(self.house, self.seed)

    def accept(self, *run_ids: str) -> None:
        """Note runs that were accepted and have to complete."""
        self.accepted.extend(Accepted(run_id) for run_id in run_ids)

    def wait(self, patience_s: float = PATIENCE_S) -> bool:
        """Return whether every run has ended within the patience."""
        return wait_for_the_end(self.house, self.offices, patience_s)

    def judge(self, n: int | None = None, history: History | None = None) -> Result:
        """Collect the history and have it checked; `n` is the number of faults unless given."""
        found = history or History()
        found.accepted, found.faults = self.accepted, self.nemesis.faults
        collect(self.house, self.offices, found)
        broken = violations(found)
        count = len(found.faults) if n is None else n
        return Result(self.fault, count, broken, recovery(found), history=found)
