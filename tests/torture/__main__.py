"""`python -m tests.torture [--fault NAME] [--full] [--n N]`: harm, judgement, one table."""

import argparse
import dataclasses
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.torture.campaign import Result
from tests.torture.campaigns import CAMPAIGNS, Plan
from tests.torture.house import House, house

ROW = "{:<14} {:>6} {:>10} {:>7} {:>7} {:>7} {:>7} {:>8}  {}"
# It mostly waits for a server, so a full tier has it in a process of its own beside the others.
APART = "postgres"
HEAD = ROW.format("fault", "N", "violations", "95 %", "p50 s", "p95 s", "max s", "seconds", "notes")


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for, print the table, write the JSON; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--fault", choices=CAMPAIGNS, action="append")
    parser.add_argument("--full", action="store_true", help="the counts of the full tier")
    parser.add_argument("--n", type=int, help="another count")
    parser.add_argument("--out", type=Path, default=Path("torture"), help="folder of what is kept")
    asked = parser.parse_args(arguments)
    if asked.full and not asked.fault:
        return _in_two_lanes(asked)
    return _run(asked, asked.fault or CAMPAIGNS)


def _in_two_lanes(asked: argparse.Namespace) -> int:
    command = [sys.executable, "-m", "tests.torture", "--full", "--fault", APART]
    count = ["--n", str(asked.n)] if asked.n else []
    beside = subprocess.Popen([*command, *count, "--out", str(asked.out / APART)])
    return max(_run(asked, [name for name in CAMPAIGNS if name != APART]), beside.wait())


def _run(asked: argparse.Namespace, names: Iterable[str]) -> int:
    """Run these campaigns one after the other."""
    asked.out.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    _say(HEAD)
    for name in names:
        plan = CAMPAIGNS[name]
        n = asked.n or (plan.full if asked.full else plan.small)
        # Servers of its own for each, so that none inherits another's harm.
        with house() as made:
            result = _timed(plan, made, n)
            _keep(asked.out, made, result)
        results.append(result)
        _say("\n".join([row(result), *(f"  {words}" for words in result.violations)]))
        _write(asked.out, results)
    return int(any(result.violations for result in results))


def _write(folder: Path, results: Sequence[Result]) -> None:
    figures = [dataclasses.asdict(dataclasses.replace(r, history=None)) for r in results]
    (folder / "results.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def row(result: Result) -> str:
    """Return a campaign's line of the table."""
    found = result.recovery
    times = (found.p50, found.p95, found.longest) if found else ()
    cells = [f"{seconds:.1f}" for seconds in times] or ["–"] * 3
    bound = "–" if result.violations else f"{result.bound:.2%}"
    notes = ", ".join(f"{name} {value:.2f}" for name, value in result.notes.items())
    return ROW.format(
        result.fault,
        result.n,
        len(result.violations),
        bound,
        *cells,
        f"{result.seconds:.0f}",
        notes,
    ).rstrip()


def _timed(plan: Plan, made: House, n: int) -> Result:
    began = time.monotonic()
    result = plan.run(made, n)
    return dataclasses.replace(result, seconds=time.monotonic() - began)


def _keep(folder: Path, made: House, result: Result) -> None:
    """Keep the history and the workers' words of a campaign that found something."""
    if result.violations and result.history is not None:
        result.history.save(folder / f"{result.fault}.history.json")
        (folder / f"{result.fault}.workers.log").write_bytes(made.log.read_bytes())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
