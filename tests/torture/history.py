"""What happened under torture: asked from outside, written by the steps, and read from the rows."""

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args


@dataclass(frozen=True, slots=True)
class Accepted:
    """A run that was asked for and accepted, and how it may end."""

    run_id: str
    may_end: tuple[str, ...] = ("completed",)
    poisoned: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Something the nemesis did, when (seconds since 1970), and the runs that were in its way."""

    kind: str
    at: float
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Execution:
    """A line that a step wrote as it began to work, in a file that pmflow knows nothing of."""

    run_id: str
    step_key: str
    fence: int
    pid: int
    at: float


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a run's or a step's status, noted by a trigger as it was committed."""

    run_id: str
    step_key: str | None
    status: str
    fence: int
    at: float


@dataclass(frozen=True, slots=True)
class RunRow:
    """A stage run as it was left; `advances` says that its recipe moves the project by itself."""

    run_id: str
    project_id: str
    status: str
    failure_class: str | None
    fence: int
    crashes: int
    advances: bool = False


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as it was left; `fence` is the claim that completed it."""

    run_id: str
    step_key: str
    status: str
    attempts: int
    fence: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """A document version that a step wrote."""

    run_id: str
    step_key: str
    model: str | None = None
    content: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, or with the outcome `moved` a transition, that a run caused."""

    run_id: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect outside the database: a commit by its trailers, or a message by its key."""

    kind: str
    key: str
    status: str = "done"


@dataclass(frozen=True, slots=True)
class Call:
    """A row of the ledger of provider calls."""

    run_id: str
    step_key: str
    fence: int
    provider: str
    status: str
    request_hash: str
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that a vendor's server received, and whether it was answered whole."""

    run_id: str
    step_key: str
    provider: str
    whole: bool
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A budget as it was left, in US dollars."""

    subject: str
    cap: float
    spent: float
    reserved: float


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message whose delivery was acknowledged, at least once."""

    delivery_id: str
    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """A delivery as it was left."""

    delivery_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A signal that deliveries made."""

    ref: str
    text: str


@dataclass
class History:
    """Everything the checker looks at, and nothing else."""

    accepted: list[Accepted] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    runs: list[RunRow] = field(default_factory=list)
    steps: list[StepRow] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    budgets: list[BudgetRow] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Keep the history, so that a violation can be looked at again."""
        path.write_text(json.dumps(dataclasses.asdict(self)), encoding="utf-8")

    @staticmethod
    def load(path: Path) -> "History":
        """Return a history that was kept."""
        kept: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
        history = History()
        for part in dataclasses.fields(history):
            kind = get_args(part.type)[0]
            setattr(history, part.name, [_made(kind, values) for values in kept[part.name]])
        return history


def _made(kind: type[Any], values: dict[str, Any]) -> object:
    """Return one record; JSON has lists where a record has tuples."""
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
