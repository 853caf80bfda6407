"""From a committed change to the tabs that show it: 1, 20 and 50 of them on one board.

`python -m benchmarks told [--cards 100]`. The tabs are those of the benchmark `sessions`, and only
watch. A card is moved twenty times; a time is from its commit to what a tab receives of its lane,
in milliseconds, a bit less than what a person sees.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.browser import RECIPE, Web, admit, web
from benchmarks.house import Desk, house, make_desk
from benchmarks.noop_steps import PLUGIN
from benchmarks.sessions import move, open_board, projects_of, sign_in

TABS = (1, 20, 50)
MOVES = 20
PAUSE_S = 1.5
ROW = "{:>5} tabs {:>6} told {:>8} {:>8} {:>8}"
LANE = '"lane_'


@dataclass
class Watched:
    """When the last change was committed, and how long it took to each tab."""

    committed: float = 0.0
    taken: list[float] = field(default_factory=list)


def main(arguments: Sequence[str]) -> None:
    """Print a row for each number of tabs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks told", description=__doc__)
    parser.add_argument("--cards", type=int, default=100)
    options = parser.parse_args(arguments)
    with house(PLUGIN) as urls:
        desk = make_desk(RECIPE, options.cards)
        slug = admit(urls.database.replace("+psycopg", ""), desk.actor.workspace_id)
        print(ROW.format("", "", "p50 ms", "p95 ms", "max ms"), flush=True)
        with web(urls) as server:
            for tabs in TABS:
                taken = asyncio.run(_watch(server, desk, f"/w/{slug}/board", tabs))
                cells = (f"{each:.0f}" for each in np.percentile(taken, [50, 95, 100]))
                print(ROW.format(tabs, len(taken), *cells), flush=True)


async def _watch(server: Web, desk: Desk, path: str, tabs: int) -> list[float]:
    cookie = await sign_in(server)
    watched, projects = Watched(), projects_of(desk)
    ready = [asyncio.Event() for _ in range(tabs)]
    people = [asyncio.create_task(_tab(server, cookie, path, each, watched)) for each in ready]
    await asyncio.gather(*(each.wait() for each in ready))
    for turn in range(MOVES):
        await asyncio.sleep(PAUSE_S)
        to = ("inbox", "discovery")[turn % 2]
        await asyncio.to_thread(move, desk, projects[turn // 2], to)
        watched.committed = time.monotonic()
    await asyncio.sleep(PAUSE_S)
    for each in people:
        each.cancel()
    return watched.taken


async def _tab(server: Web, cookie: str, path: str, ready: asyncio.Event, watched: Watched) -> None:
    async with open_board(server, cookie, path) as socket:
        ready.set()
        async for message in socket:
            if message == "2":
                await socket.send("3")
            elif LANE in str(message) and watched.committed:
                watched.taken.append(1000 * (time.monotonic() - watched.committed))
