"""A burst of signed webhooks at the running product: how many are taken, and how fast.

`python -m benchmarks webhooks [--requests 1000 --connections 50]`. Servers, two workers and one web
process run as under `pmflow up`, with the frontend built before; bodies are signed before the clock
starts. A sender waits for the row; the rows are counted when the last one was answered.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import httpx2
import numpy as np
from sqlalchemy import func, select
from sqlmodel import col

from benchmarks.engine import noop_recipe
from benchmarks.house import PATIENCE_S, ROOT, Desk, house, make_desk, workers
from benchmarks.noop_steps import PLUGIN
from pmflow_core.connections import Urls
from pmflow_core.db.transaction import transaction
from pmflow_core.intake.models import RawEvent
from pmflow_core.integrations import service
from pmflow_core.integrations.schemas import EndpointIn, NewSecret
from pmflow_core.integrations.signatures import sign

KEYS = (b"the key of a benchmark",)
ROW = "{:>9} {:>12} {:>6} {:>6} {:>8} {:>8} {:>8} {:>8} {:>7}"
HEADS = ("requests", "connections", "2xx", "rows", "p50 ms", "p95 ms", "p99 ms", "max ms", "per s")


def main(arguments: Sequence[str]) -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(prog="benchmarks webhooks")
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--connections", type=int, default=50)
    options = parser.parse_args(arguments)
    os.environ["PMFLOW_SECRET_KEY"] = KEYS[0].decode()
    with house(PLUGIN) as urls, workers(urls, PLUGIN), _web(urls) as address:
        desk = make_desk(noop_recipe(1), 0)
        with transaction(desk.actor.workspace_id) as session:
            made = service.create_endpoint(session, desk.actor, EndpointIn(), KEYS)
        _burst(address, made, 2 * options.connections, options.connections, "warm")
        began = time.monotonic()
        taken = _burst(address, made, options.requests, options.connections, "burst")
        spent = time.monotonic() - began
        rows = _kept(desk)
    figures = [*np.percentile(taken, [50, 95, 99]), max(taken)]
    print(ROW.format(*HEADS))
    counts = (options.requests, options.connections, len(taken), rows)
    ms = (f"{1000 * each:.0f}" for each in figures)
    print(ROW.format(*counts, *ms, f"{options.requests / spent:.0f}"))


def _burst(
    address: str, made: NewSecret, requests: int, connections: int, mark: str
) -> list[float]:
    """Return the seconds of each request that was answered with 2xx."""
    url = address + made.endpoint.path
    now = int(time.time())
    letters = [_letter(made, f"{mark}-{number}", now) for number in range(requests)]

    async def send() -> list[float]:
        limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        places = asyncio.Semaphore(connections)
        async with httpx2.AsyncClient(limits=limits, timeout=30.0, trust_env=False) as client:

            async def one(headers: dict[str, str], body: bytes) -> float | None:
                async with places:
                    began = time.monotonic()
                    answer = await client.post(url, content=body, headers=headers)
                    return time.monotonic() - began if answer.is_success else None

            done = await asyncio.gather(*(one(*letter) for letter in letters))
        return [each for each in done if each is not None]

    return asyncio.run(send())


def _letter(made: NewSecret, named: str, now: int) -> tuple[dict[str, str], bytes]:
    body = f'{{"text": "The export fails for {named}", "source_ref": "{named}"}}'.encode()
    headers = {
        "content-type": "application/json",
        "webhook-id": named,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(made.secret or "", named, now, body),
    }
    return headers, body


def _kept(desk: Desk) -> int:
    """Return how many deliveries of the burst were kept."""
    burst = select(func.count()).where(col(RawEvent.delivery_id).startswith("burst-"))
    with transaction(desk.actor.workspace_id) as session:
        return session.scalar(burst) or 0


@contextmanager
def _web(urls: Urls) -> Generator[str]:
    """Run the web process on a free port and yield its address once it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {
        **os.environ,
        "DATABASE_URL": urls.database,
        "REDIS_URL": urls.redis or "",
        "PMFLOW_PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "worker", "web"], cwd=ROOT, env=told)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def _wait_until_ready(address: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            if httpx2.get(f"{address}/readyz", timeout=5.0, trust_env=False).is_success:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the web process did not start in {PATIENCE_S:g} s")
