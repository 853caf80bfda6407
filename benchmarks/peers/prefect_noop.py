# pyright: basic, reportMissingImports=false
"""Prefect 3 as its guide sets it up: a server, a work pool of type process, a worker, a deployment.

All settings that concern speed are Prefect's own; the worker asks the server every 10 s.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import httpx
import prefect
from prefect import flow, task
from prefect.deployments import run_deployment

POOL = "noop"
HERE = Path(__file__)
PATIENCE_S = 180


@task
def note(path: str) -> None:
    """Add the moment to a file."""
    with Path(path).open("a") as file:
        file.write(f"{time.monotonic_ns()}\n")


@flow
def notes(path: str, count: int) -> None:
    """Note the moments of so many tasks."""
    for _ in range(count):
        note(path)


def _ask(path: Path, count: int) -> int:
    asked = time.monotonic_ns()
    run_deployment(
        "notes/noop", parameters={"path": str(path), "count": count}, timeout=0, as_subflow=False
    )
    return asked


def _moments(path: Path, count: int) -> list[int]:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        lines = path.read_text().split() if path.exists() else []
        if len(lines) >= count:
            return [int(line) for line in lines]
        time.sleep(0.05)
    sys.exit(f"a flow of Prefect did not run in {PATIENCE_S} s")


def _measure(told: dict, folder: Path) -> dict:
    first = folder / "first"
    _ask(first, 1)
    _moments(first, 1)
    idle, chains = [], []
    for number in range(told["runs"]):
        path = folder / f"idle-{number}"
        idle.append((_ask(path, 1), path))
        _moments(path, 1)
    burst = [
        (_ask(folder / f"burst-{number}", 1), folder / f"burst-{number}")
        for number in range(told["burst"])
    ]
    for number in range(told["chains"]):
        _ask(folder / f"chain-{number}", told["steps"])
        chains += pairwise(_moments(folder / f"chain-{number}", told["steps"]))
    return {
        "system": f"Prefect {prefect.__version__}",
        "idle": [(_moments(path, 1)[0] - asked) / 1e6 for asked, path in idle],
        "burst": [(_moments(path, 1)[0] - asked) / 1e6 for asked, path in burst],
        "step": [(after - before) / 1e6 for before, after in chains],
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            httpx.get(f"{url}/health", timeout=2).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    sys.exit("the server of Prefect did not start")


def _start(*arguments: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "prefect", *arguments], stdout=sys.stderr)


def main(told: dict, folder: Path, port: int) -> None:
    """Start server and worker, measure, and print the figures."""
    started = [_start("server", "start", "--host", "127.0.0.1", "--port", str(port))]
    try:
        _wait_for(os.environ["PREFECT_API_URL"])
        _start("work-pool", "create", POOL, "--type", "process").wait()
        source = flow.from_source(source=str(HERE.parent), entrypoint=f"{HERE.name}:notes")
        source.deploy(
            name="noop", work_pool_name=POOL, print_next_steps=False, ignore_warnings=True
        )
        started.append(_start("worker", "start", "--pool", POOL))
        figures = _measure(told, folder)
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(timeout=60)
    print(json.dumps(figures))


if __name__ == "__main__":
    if "PREFECT_HOME" not in os.environ:
        # Prefect reads its settings at import
        with tempfile.TemporaryDirectory(prefix="prefect-") as home:
            port = str(_free_port())
            environment = {
                **os.environ,
                "PREFECT_HOME": home,
                "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
                "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
                "PREFECT_LOGGING_LEVEL": "ERROR",
                "DO_NOT_TRACK": "1",
            }
            again = subprocess.run([sys.executable, *sys.argv, home, port], env=environment)
            sys.exit(again.returncode)
    main(json.loads(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
