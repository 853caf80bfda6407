"""How soon a requested run works, and what each step costs beside its own work.

`python -m benchmarks engine [--peers celery,dbos,prefect]`: real servers of its own, the workers
that `pmflow up` starts, and the peers in the same run on the same servers.
"""

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.house import Desk, house, make_desk, workers
from benchmarks.noop_steps import PLUGIN, SKILL
from benchmarks.peers import PEERS, Figures, measure
from pmflow_core.recipes.spec import RecipeSpec, StepSpec

STAGE = "discovery"
STEPS = 20
SETTLE_S = 0.1
ROW = "{:34} {:26} {:>5} {:>9} {:>9}  {:>16} {:>7}"
# p50 and p95 in milliseconds
BARS = {"idle": (30, 150), "burst": (None, None), "step": (15, None)}
TITLES = {
    "idle": "enqueue → step running, one by one",
    "burst": "enqueue → step running, a burst",
    "step": "from step to step, nothing to do",
}


def main(arguments: Sequence[str]) -> None:
    """Print one table: figure, system, p50, p95, bar, and how many times ours the peer takes."""
    options = _options(arguments)
    with house(PLUGIN, options.folder) as urls, workers(urls, PLUGIN):
        first = _ours(options)
        peers = [measure(name, urls, _share(options, name)) for name in options.peers]
        # before and after the peers, so that a machine that warms up or fills is no advantage
        ours = first + _ours(options)
        _print(ours, [peer for peer in peers if peer is not None])


def beside(peer: str, arguments: Sequence[str]) -> None:
    """Measure beside one peer only."""
    main([*arguments, "--peers", peer])


def _ours(options: argparse.Namespace) -> Figures:
    """Measure one half of what was asked for."""
    one, many = (
        make_desk(noop_recipe(1), max(options.burst // 2, 1)),
        make_desk(noop_recipe(STEPS), 1),
    )
    for desk in (one, many):
        desk.steps(desk.ask(desk.projects[0]).run_id)
    return Figures(
        "pmflow",
        idle=_idle(one, options.runs // 2),
        burst=_burst(one),
        step=_chain(many, options.chains // 2),
    )


def noop_recipe(steps: int) -> RecipeSpec:
    """Return a recipe of so many steps that do nothing."""
    return RecipeSpec(
        stage=STAGE,
        title="Do nothing",
        steps=tuple(
            StepSpec(key=f"step_{number}", title=f"Step {number}", skill=SKILL)
            for number in range(steps)
        ),
    )


def _idle(desk: Desk, runs: int) -> list[float]:
    """Return milliseconds from commit to the first step, the workers having nothing else."""
    taken: list[float] = []
    for _ in range(runs):
        time.sleep(SETTLE_S + random.random() * SETTLE_S)
        asked = desk.ask(desk.projects[0])
        taken.append((desk.steps(asked.run_id)[0].output["ns"] - asked.ns) / 1e6)
    return taken


def _burst(desk: Desk) -> list[float]:
    """Return the same for runs that are all asked for at once; most of it is waiting in line."""
    asked = [desk.ask(project_id) for project_id in desk.projects]
    return [(desk.steps(one.run_id)[0].output["ns"] - one.ns) / 1e6 for one in asked]


def _chain(desk: Desk, runs: int) -> list[float]:
    """Return milliseconds from the start of each step to the start of the next."""
    taken: list[float] = []
    for _ in range(runs):
        steps = desk.steps(desk.ask(desk.projects[0]).run_id)
        moments = [step.output["ns"] for step in steps]
        taken += [(after - before) / 1e6 for before, after in pairwise(moments)]
    return taken


def _share(options: argparse.Namespace, name: str) -> dict[str, int]:
    """Return how much a peer is to do; one that takes seconds a run does less."""
    limit = PEERS[name].at_most
    return {
        "runs": min(options.runs, limit),
        "burst": min(options.burst, limit),
        "chains": min(options.chains, limit),
        "steps": STEPS,
    }


def _print(ours: Figures, peers: Sequence[Figures]) -> None:
    print(ROW.format("figure", "system", "n", "p50 ms", "p95 ms", "bar p50/p95", "ratio"))
    for name, title in TITLES.items():
        base = statistics.median(ours.of(name))
        _print_row(title, "pmflow", ours.of(name), "/".join(str(b or "–") for b in BARS[name]), "1")
        for peer in peers:
            if taken := peer.of(name):
                ratio = f"{statistics.median(taken) / base:.2f}"
                _print_row("", peer.system, taken, "", ratio)


def _print_row(title: str, system: str, taken: list[float], bar: str, ratio: str) -> None:
    p50, p95 = statistics.median(taken), percentile(taken, 0.95)
    print(ROW.format(title, system, len(taken), f"{p50:.1f}", f"{p95:.1f}", bar, ratio), flush=True)


def percentile(taken: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(taken)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks engine", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="runs one after another")
    parser.add_argument("--burst", type=int, default=50, help="runs asked for at once")
    parser.add_argument("--chains", type=int, default=50, help=f"runs of {STEPS} steps")
    parser.add_argument(
        "--peers", type=_peers, default=tuple(PEERS), help="of " + ",".join(PEERS) + ", or none"
    )
    parser.add_argument("--folder", type=Path, help="where the servers keep their data")
    return parser.parse_args(arguments)


def _peers(text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.split(",") if name and name != "none")
    if unknown := [name for name in names if name not in PEERS]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
    return names
