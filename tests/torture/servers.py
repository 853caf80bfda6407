"""Campaigns: Redis is killed or emptied and PostgreSQL restarted while runs go on."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar
from uuid import uuid4

from sqlalchemy.exc import OperationalError

from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.schemas import UserRead
from pmflow_core.db.transaction import transaction
from pmflow_core.runs.service import RunAlreadyOpen
from tests.torture.campaign import PATIENCE_S, Campaign, Result
from tests.torture.house import House, Workers
from tests.torture.workload import Office, chain, open_office, recipe, working

T = TypeVar("T")
REBUILD_S = 30.0
KINDS = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
QUEUED = """select 'rq:job:run-' || id || '-' || dispatch from stage_runs
    where workspace_id = %s and status = 'queued'"""


def redis_killed(house: House, n: int) -> Result:
    """Kill Redis `n` times under a stream of runs."""
    campaign = Campaign("redis-killed", house, seed=21)
    with Workers(house, 2):
        for _ in range(n):
            if campaign.wait(0):
                office = open_office(chain(3, 0.15), 6)
                campaign.offices.append(office)
                campaign.accept(*office.request_all())
            time.sleep(campaign.nemesis.random.uniform(0.2, 1.5))
            down_s = campaign.nemesis.random.uniform(0, 2)
            campaign.nemesis.restart(house.valkey, signal.SIGKILL, down_s)
        campaign.wait()
    return campaign.judge()


def redis_emptied(house: House, n: int, queued: int = 100) -> Result:
    """Empty Redis `n` times with many runs queued and two running; people stay signed in."""
    campaign = Campaign("redis-emptied", house, seed=22)
    office = open_office([recipe(working(2, 0.1))], queued + 2)
    campaign.offices.append(office)
    token = _sign_in()
    broken: list[str] = []
    rebuilt: list[float] = []
    with Workers(house, 2):
        for _ in range(n):
            campaign.accept(*office.request_all())
            emptied = campaign.nemesis.empty_queue()
            rebuilt.append(_rebuilt_s(house, office, emptied))
            campaign.wait()
            if not _signed_in(token):
                broken.append("a person was signed out")
    if max(rebuilt) > REBUILD_S:
        broken.append(f"the queue was rebuilt after {max(rebuilt):.1f} s")
    result = campaign.judge()
    result.violations.extend(broken)
    result.notes["longest rebuild, s"] = max(rebuilt)
    return result


def _rebuilt_s(house: House, office: Office, emptied: float) -> float:
    """Return how long after the emptying every queued run had a job again."""
    redis = house.redis()
    until = emptied + PATIENCE_S
    while time.time() < until:
        jobs = [str(row[0]) for row in house.rows(QUEUED, office.id)]
        if all(redis.exists(job) for job in jobs):
            break
        time.sleep(0.1)
    return time.time() - emptied


def _sign_in() -> str:
    with transaction(None) as session:
        email = f"{uuid4().hex}@example.com"
        user: UserRead = accounts.sign_up(session, email, f"long enough {email}")
        return accounts.open_session(session, user).token


def _signed_in(token: str) -> bool:
    with transaction(None) as session:
        return accounts.find_session(session, token) is not None


def postgres_restarted(house: House, n: int, pauses: tuple[float, float] = (5, 40)) -> Result:
    """Restart PostgreSQL every few seconds until `n` steps were worked."""
    campaign = Campaign("postgres", house, seed=23)
    chance = campaign.nemesis.random
    steps = 0
    with Workers(house, 4):
        due = time.monotonic() + chance.uniform(*pauses)
        while steps < n:
            office = _persist(lambda: open_office(chain(3, 0.2), 24))
            campaign.offices.append(office)
            for project in office.projects:
                # When the answer to a request is lost and not the request, asking again is refused.
                with suppress(RunAlreadyOpen):
                    campaign.accept(_persist(partial(office.request, project)))
            steps += len(office.projects) * 5
            while not campaign.wait(0.2):
                if time.monotonic() > due:
                    how = chance.choice(KINDS)
                    campaign.nemesis.restart(house.postgres, how, chance.uniform(0, 2))
                    due = time.monotonic() + chance.uniform(*pauses)
    result = campaign.judge(steps)
    result.notes["restarts"] = len(campaign.nemesis.faults)
    return result


def _persist(ask: Callable[[], T]) -> T:
    """Return what a request comes to once the database answers, as a person tries again."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return ask()
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
