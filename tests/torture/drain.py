"""Campaign: workers are told to stop in the middle of runs."""

import signal
import subprocess
import time

from tests.torture.campaign import PATIENCE_S, Campaign, Result
from tests.torture.house import House, Workers
from tests.torture.workload import chain, open_office

EXIT_S = 30.0


def drained(house: House, n: int) -> Result:
    """Tell `n` workers to stop while they work; each leaves in order and no run fails by it."""
    campaign = Campaign("drain", house, seed=31)
    broken: list[str] = []
    left: list[float] = []
    with Workers(house, 2) as workers:
        for _ in range(n):
            time.sleep(campaign.nemesis.random.uniform(0.1, 1.5))
            parent = campaign.nemesis.random.choice(_at_work(campaign, workers))
            old = workers.replace(parent)
            campaign.nemesis.harm("SIGTERM", (), lambda old=old: old.send_signal(signal.SIGTERM))
            left.append(_leaves(old, broken))
        campaign.wait()
    result = campaign.judge()
    result.violations.extend(broken)
    result.notes["longest exit, s"] = max(left, default=0.0)
    return result


def _at_work(campaign: Campaign, workers: Workers) -> list[int]:
    """Return the workers with a run in their hands, once there is one."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = [each for each in workers.parents() if campaign.nemesis.run_in_hands(each)]
        if found:
            return found
        if campaign.wait(0):
            _more(campaign)
        time.sleep(0.05)
    raise TimeoutError("No worker came to work.")


def _more(campaign: Campaign) -> None:
    office = open_office(chain(3, 0.5), 6)
    campaign.offices.append(office)
    campaign.accept(*office.request_all())


def _leaves(process: subprocess.Popen[bytes], broken: list[str]) -> float:
    """Return how long a process took to leave, and note what was wrong with it."""
    began = time.monotonic()
    try:
        code = process.wait(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    took = time.monotonic() - began
    if took > EXIT_S:
        broken.append(f"a worker left {took:.1f} s after SIGTERM")
    if code != 0:
        broken.append(f"a worker left with code {code}")
    return took
