"""Many people at once: open tabs that are told of changes, and events sent from all of them.

`python -m benchmarks sessions [--tabs 200 --seconds 60 --cards 100]`. The web process runs as for
the benchmark `browser`. Each tab is a socket as the browser's, signed in by one session, that loads
the board, opens a card's move dialog every few seconds and shuts it; a card is moved every second,
which all boards show. An event's time is from sending it to the change it brings, in milliseconds.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import numpy as np
from sqlmodel import col, select
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from benchmarks.browser import ADDRESS, EMAIL, PASSWORD, RECIPE, Web, admit, web
from benchmarks.house import Desk, house, make_desk
from benchmarks.noop_steps import PLUGIN
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.projects.models import Project

ENTER, EVENT = "40/_event,", "42/_event,"
MOVE = "reflex___state____state.pmflow_ui___state___board_dialog____move_state"
HYDRATE = "reflex___state____state.hydrate_and_load"
SHOWN = '"options_rx_state_":[{'
PAUSE_S = 3.0
READY_S = 120.0


@dataclass
class Crowd:
    """What the tabs met."""

    path: str
    projects: list[str]
    taken: list[float] = field(default_factory=list)
    changes: int = 0
    lost: int = 0


def main(arguments: Sequence[str]) -> None:
    """Print one row."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sessions", description=__doc__)
    parser.add_argument("--tabs", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cards", type=int, default=100)
    options = parser.parse_args(arguments)
    with house(PLUGIN) as urls:
        desk = make_desk(RECIPE, options.cards)
        slug = admit(urls.database.replace("+psycopg", ""), desk.actor.workspace_id)
        crowd = Crowd(f"/w/{slug}/board", projects_of(desk))
        with web(urls) as server:
            asyncio.run(_gather(server, desk, crowd, options.tabs, options.seconds))
            memory = _resident_mb(server.pid)
    middle, late = np.percentile(crowd.taken, [50, 95])
    print(f"{options.tabs} tabs, {len(crowd.taken)} events: p50 {middle:.0f}, p95 {late:.0f} ms;")
    print(f"{crowd.lost} lost, {crowd.changes} changes told, {memory:.0f} MB")


def projects_of(desk: Desk) -> list[str]:
    """Return the ids of the desk's projects."""
    with transaction(desk.actor.workspace_id) as session:
        return [str(each) for each in session.scalars(select(col(Project.id)))]


async def _gather(server: Web, desk: Desk, crowd: Crowd, tabs: int, seconds: float) -> None:
    cookie = await sign_in(server)
    ready = [asyncio.Event() for _ in range(tabs)]
    until = asyncio.Event()
    people = [asyncio.create_task(_tab(server, cookie, crowd, each, until)) for each in ready]
    await asyncio.wait_for(asyncio.gather(*(each.wait() for each in ready)), READY_S)
    crowd.taken.clear()
    crowd.changes = 0
    await _move_cards(desk, crowd, seconds)
    until.set()
    await asyncio.gather(*people)


async def sign_in(server: Web) -> str:
    """Return the cookies of the benchmark's person."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            f"http://127.0.0.1:{server.port}/api/auth/login",
            json={"email": EMAIL, "password": PASSWORD},
            headers={"origin": ADDRESS},
        )
        answer.raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


async def _move_cards(desk: Desk, crowd: Crowd, seconds: float) -> None:
    """Move a card each second, there and back, as somebody else would."""
    ended = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < ended:
        to = ("inbox", "discovery")[turn % 2]
        await asyncio.to_thread(move, desk, crowd.projects[turn // 2], to)
        turn += 1
        await asyncio.sleep(1.0)


def move(desk: Desk, project_id: str, to: str) -> None:
    """Move a card and commit."""
    with transaction(desk.actor.workspace_id) as session:
        board.move(session, desk.actor, UUID(project_id), to, "As a benchmark wants")


@asynccontextmanager
async def open_board(server: Web, cookie: str, path: str) -> AsyncGenerator[ClientConnection]:
    """Yield the socket of a tab that has loaded the board at `path`."""
    url = f"ws://127.0.0.1:{server.port}/_event/?token={uuid4()}&EIO=4&transport=websocket"
    async with connect(
        url, additional_headers={"cookie": cookie}, origin=Origin(ADDRESS), max_size=None
    ) as socket:
        nobody = Crowd(path, [])
        await _until(socket, nobody, "sid")
        first = {"event": _event(HYDRATE, {"hashes": []}, path)}
        await socket.send(f"{ENTER}{json.dumps(first)}")
        await _until(socket, nobody, '"is_hydrated_rx_state_":true')
        yield socket


async def _tab(
    server: Web, cookie: str, crowd: Crowd, ready: asyncio.Event, until: asyncio.Event
) -> None:
    try:
        async with open_board(server, cookie, crowd.path) as socket:
            ready.set()
            while not until.is_set():
                await _wait(socket, crowd, random.uniform(0.5, 2 * PAUSE_S - 0.5))
                await _ask(socket, crowd)
    except (ConnectionClosed, TimeoutError):
        crowd.lost += 1
        ready.set()


async def _ask(socket: ClientConnection, crowd: Crowd) -> None:
    asked = _event(f"{MOVE}.ask", {"project_id": random.choice(crowd.projects)}, crowd.path)
    began = time.monotonic()
    await socket.send(f"{EVENT}{json.dumps(['event', asked])}")
    await _until(socket, crowd, SHOWN)
    crowd.taken.append(1000 * (time.monotonic() - began))
    shut = _event(f"{MOVE}.set_open", {"is_open": False}, crowd.path)
    await socket.send(f"{EVENT}{json.dumps(['event', shut])}")


def _event(name: str, payload: dict[str, object], path: str) -> dict[str, object]:
    route = {"pathname": path, "asPath": path, "query": {"slug": path.split("/")[2]}}
    return {"name": name, "payload": payload, "router_data": route}


async def _wait(socket: ClientConnection, crowd: Crowd, seconds: float) -> None:
    """Read what the tab is told for so long."""
    try:
        async with asyncio.timeout(seconds):
            await _until(socket, crowd, "\0")
    except TimeoutError:
        return


async def _until(socket: ClientConnection, crowd: Crowd, mark: str) -> None:
    async with asyncio.timeout(READY_S):
        while True:
            frame = str(await socket.recv())
            if frame == "2":
                await socket.send("3")
            crowd.changes += "board_state" in frame
            if mark in frame:
                return


def _resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
