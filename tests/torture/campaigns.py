"""Every campaign by name, with how much of it belongs into continuous integration."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.torture import (
    deliveries,
    double_click,
    drain,
    kills,
    paid_once,
    poison,
    provider_faults,
    servers,
)
from tests.torture.campaign import Result
from tests.torture.house import House


@dataclass(frozen=True)
class Plan:
    """A campaign: what it does, how often in the small tier and how often in the full one."""

    run: Callable[[House, int], Result]
    small: int
    full: int
    unit: str


def _redis_emptied_small(house: House, n: int) -> Result:
    return servers.redis_emptied(house, n, queued=100 if n > 1 else 20)


def _postgres(house: House, n: int) -> Result:
    pauses = (5.0, 40.0) if n > SMALL_STEPS else (4.0, 8.0)
    return servers.postgres_restarted(house, n, pauses)


SMALL_STEPS = 120
CAMPAIGNS: dict[str, Plan] = {
    "kill": Plan(kills.random_kills, 10, 500, "processes killed"),
    "crash-point": Plan(kills.crash_points, 1, 20, "deaths at each point"),
    "redis-killed": Plan(servers.redis_killed, 3, 50, "kills"),
    "redis-emptied": Plan(_redis_emptied_small, 1, 30, "times, 100 queued and 2 running"),
    "postgres": Plan(_postgres, SMALL_STEPS, 5000, "steps"),
    "drain": Plan(drain.drained, 3, 100, "SIGTERMs"),
    "poison": Plan(poison.poisoned, 1, 20, "runs of each of five kinds"),
    "double-click": Plan(double_click.double_clicked, 20, 1000, "times 20 clicks"),
    "provider": Plan(provider_faults.provider_faults, 8, 1000, "ways of each vendor at most"),
    "delivery": Plan(deliveries.delivered, 60, 1000, "messages, each 1 to 5 times"),
    "paid-once": Plan(paid_once.paid_once, 1, 20, "deaths at each boundary"),
}
