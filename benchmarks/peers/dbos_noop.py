# pyright: basic, reportMissingImports=false
"""DBOS on the same PostgreSQL: a client puts a workflow into a queue, a worker process takes it.

The queue is looked at as often as DBOS does by itself; each step is recorded in the database.
"""

import json
import subprocess
import sys
import time
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from dbos import DBOS, DBOSClient

QUEUE = "noop"
DATABASE = "bench_dbos"


@DBOS.step()
def note() -> int:
    """Return the moment."""
    return time.monotonic_ns()


@DBOS.workflow()
def notes(count: int) -> list[int]:
    """Return the moments of so many steps."""
    return [note() for _ in range(count)]


def _ask(client: DBOSClient, steps: int):
    asked = time.monotonic_ns()
    options = {"queue_name": QUEUE, "workflow_name": notes.__qualname__}
    return asked, client.enqueue(options, steps)


def _idle(client: DBOSClient, runs: int) -> list[float]:
    taken = []
    for number in range(runs):
        # not in step with the looks at the queue
        time.sleep(0.1 + 0.037 * (number % 27))
        asked, handle = _ask(client, 1)
        taken.append((handle.get_result()[0] - asked) / 1e6)
    return taken


def _burst(client: DBOSClient, runs: int) -> list[float]:
    asked = [_ask(client, 1) for _ in range(runs)]
    return [(handle.get_result()[0] - moment) / 1e6 for moment, handle in asked]


def _chains(client: DBOSClient, runs: int, steps: int) -> list[float]:
    taken = []
    for _ in range(runs):
        moments = _ask(client, steps)[1].get_result()
        taken += [(after - before) / 1e6 for before, after in pairwise(moments)]
    return taken


def _measure(told: dict, url: str) -> dict:
    client = DBOSClient(system_database_url=url)
    _ask(client, 1)[1].get_result()
    return {
        "system": f"DBOS {version('dbos')}",
        "idle": _idle(client, told["runs"]),
        "burst": _burst(client, told["burst"]),
        "step": _chains(client, told["chains"], told["steps"]),
    }


def _work(url: str) -> None:
    DBOS(config={"name": "noop", "system_database_url": url, "log_level": "WARNING"})
    DBOS.launch()
    DBOS.register_queue(QUEUE)
    print("ready", flush=True)
    sys.stdin.read()


def _make_database(url: str) -> str:
    parts = urlsplit(url.replace("postgresql+psycopg://", "postgresql://"))
    with psycopg.connect(urlunsplit(parts), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    return urlunsplit(parts._replace(path=f"/{DATABASE}"))


def main(told: dict) -> None:
    """Start a worker, measure, and print the figures."""
    url = _make_database(told["database"])
    worker = subprocess.Popen(
        [sys.executable, Path(__file__), "work", url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        # it makes the tables
        if not any(line == "ready\n" for line in worker.stdout or ()):
            sys.exit("the worker of DBOS did not start")
        figures = _measure(told, url)
    finally:
        worker.terminate()
        worker.wait(timeout=60)
    print(json.dumps(figures))


if __name__ == "__main__":
    if sys.argv[1] == "work":
        _work(sys.argv[2])
    else:
        main(json.loads(sys.argv[1]))
