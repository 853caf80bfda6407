"""What pmflow is compared with, each in an environment of its own under `.bench`.

A peer's script runs there with its task as JSON in the first argument, and prints its figures as
JSON in its last line. Nothing of a peer is a dependency of the project.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pmflow_core.connections import Urls

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / ".bench"
INSTALLED = "installed.txt"


@dataclass(frozen=True, slots=True)
class Peer:
    """A script, what it needs, and how many runs it is worth waiting for."""

    script: str
    requirements: tuple[str, ...]
    at_most: int = 1000


PEERS = {
    "celery": Peer("celery_noop.py", ("celery[redis]==5.7.0",)),
    "dbos": Peer("dbos_noop.py", ("dbos==3.4.0",), at_most=50),
    # this Prefect does not run with newer ones of FastAPI, and says so nowhere
    "prefect": Peer("prefect_noop.py", ("prefect==3.8.8", "fastapi<0.145"), at_most=10),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What one system took, in milliseconds; empty where it has no such thing."""

    system: str
    idle: list[float] = field(default_factory=list)
    burst: list[float] = field(default_factory=list)
    step: list[float] = field(default_factory=list)

    def of(self, figure: str) -> list[float]:
        """Return the values of a figure by its name."""
        return {"idle": self.idle, "burst": self.burst, "step": self.step}[figure]

    def __add__(self, other: "Figures") -> "Figures":
        """Return both halves of a measurement as one."""
        return Figures(
            self.system,
            self.idle + other.idle,
            self.burst + other.burst,
            self.step + other.step,
        )


def measure(name: str, urls: Urls, share: dict[str, int]) -> Figures | None:
    """Run a peer on the same servers and return its figures; installs it the first time.

    None when it fails, which it says itself: our own figures are worth printing all the same.
    """
    peer = PEERS[name]
    python = _environment(name, peer.requirements)
    told: dict[str, Any] = {"database": urls.database, "redis": urls.redis, **share}
    script = Path(__file__).with_name(peer.script)
    answer = subprocess.run(
        [python, script, json.dumps(told)], stdout=subprocess.PIPE, text=True, check=False
    )
    if answer.returncode:
        print(f"{name} failed with code {answer.returncode}.", file=sys.stderr, flush=True)
        return None
    return Figures(**json.loads(answer.stdout.splitlines()[-1]))


def _environment(name: str, requirements: Sequence[str]) -> Path:
    """Return the interpreter of a peer's environment, made with pip and its configured index."""
    folder, wanted = ENVIRONMENTS / name, "\n".join(requirements)
    python, done = folder / "bin" / "python", folder / INSTALLED
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        print(f"Installing {name} into {folder} (once).", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *requirements], check=True)
        done.write_text(wanted, encoding="utf-8")
    return python
