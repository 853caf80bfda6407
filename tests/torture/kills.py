"""Campaigns: work-horses and workers are killed at random, and at every named crash point."""

import time
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from uuid import UUID

from pmflow_core.runs.crashpoints import CRASH_POINTS
from tests.torture.campaign import PATIENCE_S, Campaign, Result
from tests.torture.history import Fault
from tests.torture.house import House, Workers
from tests.torture.workload import chain, open_office, recipe, working

BATCH = 12


def random_kills(house: House, n: int) -> Result:
    """Kill `n` processes under a stream of runs that go on from stage to stage."""
    campaign = Campaign("kill", house, seed=11)
    with Workers(house, 3) as workers:
        until = time.monotonic() + PATIENCE_S + n * 5
        while len(campaign.nemesis.faults) < n and time.monotonic() < until:
            office = open_office(chain(3, 0.15), BATCH)
            campaign.offices.append(office)
            campaign.accept(*office.request_all())
            while len(campaign.nemesis.faults) < n and not campaign.wait(0):
                time.sleep(campaign.nemesis.random.uniform(0.05, 0.6))
                campaign.nemesis.kill_somebody(workers)
        campaign.wait()
    return campaign.judge()


def crash_points(house: House, n: int) -> Result:
    """Have a process die `n` times at each named place of a run."""
    campaign = Campaign("crash-point", house, seed=12)
    office = open_office([recipe(working(3, 0.02))], 1)
    campaign.offices.append(office)
    armed = house.folder / "armed"
    for point in CRASH_POINTS:
        crash = {"PMFLOW_CRASH_POINT": point, "PMFLOW_CRASH_FILE": str(armed)}
        with Workers(house, 1, scheduler=False, **crash):
            for _ in range(n):
                crash_once(campaign, repeat(office.projects[0]), point, armed)
    return campaign.judge(n * len(CRASH_POINTS))


def crash_once(campaign: Campaign, projects: Iterator[UUID], point: str, armed: Path) -> None:
    """Request runs until one has died at the point, and let each come to its end."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        run_id = campaign.offices[-1].request(next(projects))
        campaign.accept(run_id)
        time.sleep(campaign.nemesis.random.uniform(0, 0.15))
        armed.touch()
        died = _note_death(campaign, point, armed, run_id)
        armed.unlink(missing_ok=True)
        if died:
            return
    raise TimeoutError(f"No run came to {point}.")


def _note_death(campaign: Campaign, point: str, armed: Path, run_id: str) -> bool:
    """Wait for the end of the run; return whether it died at the point on the way."""
    died = False
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        ended = campaign.wait(0)
        if not died and not armed.exists():
            died = True
            campaign.nemesis.faults.append(Fault(f"crash at {point}", time.time(), (run_id,)))
        if ended:
            return died
        time.sleep(0.02)
    return died
