"""How often somebody may ask: counted in Redis for all processes, in this one while it is away.

The generic cell rate algorithm (ITU-T I.371, appendix I): of a limit of n requests a minute each
uses up a cell of 1/n minute, and as many cells may be used ahead of time as make a minute. What is
kept is one moment per caller: the one at which everything used will have run off. Times are whole
microseconds, so that the script and Python count alike.
"""

import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from pmflow_core.logs import get_logger

log = get_logger(__name__)
SECOND = 1_000_000
WINDOW = 60 * SECOND
PATIENCE_S = 0.25
ALONE_S = 5.0
MOST_KEPT = 20_000

# All or none of the keys are charged. Returns for each: admitted, left, microseconds until all ran
# off, microseconds until one more is admitted.
SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local window, found, admitted, answer = tonumber(ARGV[1]), {}, true, {}
for i, key in ipairs(KEYS) do
    local cell = tonumber(ARGV[i + 1])
    local free = math.max(tonumber(redis.call('GET', key) or 0), now) + cell
    found[i] = free
    if free - now > window then admitted = false end
end
for i, key in ipairs(KEYS) do
    local cell, free = tonumber(ARGV[i + 1]), found[i]
    local one = free - now <= window
    if not admitted then free = free - cell end
    if admitted then
        redis.call('SET', key, string.format('%.0f', free), 'PX', math.ceil((free - now) / 1000))
    end
    answer[#answer + 1] = one and 1 or 0
    answer[#answer + 1] = math.max(0, math.floor((window - (free - now)) / cell))
    answer[#answer + 1] = free - now
    answer[#answer + 1] = math.max(0, free + cell - now - window)
end
return answer
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """Whose requests are counted, and how many a minute are admitted."""

    key: str
    a_minute: int

    @property
    def cell(self) -> int:
        """Return the microseconds that one request uses up."""
        return max(1, WINDOW // self.a_minute)


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands with a limit, in requests and microseconds."""

    limit: int
    admitted: bool
    left: int
    reset: int
    wait: int

    def headers(self) -> Mapping[str, str]:
        """Return what a response says of it, with `Retry-After` where it was refused."""
        said = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.left),
            "RateLimit-Reset": str(_seconds(self.reset)),
        }
        return said if self.admitted else {**said, "Retry-After": str(max(1, _seconds(self.wait)))}


def take(
    moments: Mapping[str, int], limits: Sequence[Limit], now: int
) -> tuple[dict[str, int], list[Standing]]:
    """Return the moments to keep and how each limit stands; refused by one, none is charged."""
    wanted = {each.key: max(moments.get(each.key, 0), now) + each.cell for each in limits}
    fits = {each.key: wanted[each.key] - now <= WINDOW for each in limits}
    admitted = all(fits.values())
    standings: list[Standing] = []
    for each in limits:
        free = wanted[each.key] - (0 if admitted else each.cell)
        left = max(0, (WINDOW - (free - now)) // each.cell)
        wait = max(0, free + each.cell - now - WINDOW)
        standings.append(Standing(each.a_minute, fits[each.key], left, free - now, wait))
    return (wanted if admitted else {}), standings


def tightest(standings: Sequence[Standing]) -> Standing:
    """Return what to tell the caller: a limit that refused, or the one nearest to refusing."""
    return min(standings, key=lambda each: (each.admitted, each.left, -each.wait))


@dataclass
class Counter:
    """Counts requests; it never refuses anybody because Redis is away."""

    redis_url: str | None
    alone_s: float = ALONE_S
    _redis: "Redis | None" = None
    _alone_until: float = 0.0
    _moments: dict[str, int] = field(default_factory=dict)

    async def take(self, limits: Sequence[Limit]) -> Standing:
        """Charge one request to every limit, or to none if one refuses it; return how it stands."""
        standings = await self._take_shared(limits) or self._take_here(limits)
        return tightest(standings)

    async def close(self) -> None:
        """Let go of the connections to Redis."""
        if self._redis is not None:
            await self._redis.aclose()
            self._redis = None

    async def _take_shared(self, limits: Sequence[Limit]) -> list[Standing]:
        if self.redis_url is None or time.monotonic() < self._alone_until:
            return []
        if self._redis is None:
            # Trying again is of no use: this process can count alone.
            self._redis = Redis.from_url(self.redis_url, retry=Retry(NoBackoff(), 0))
        keys = [f"pmflow:rate:{each.key}" for each in limits]
        cells = [str(each.cell) for each in limits]
        asked = self._redis.eval(SCRIPT, len(keys), *keys, str(WINDOW), *cells)
        try:
            answer = await cast("Awaitable[Any]", asked)
        except (TimeoutError, RedisError, OSError) as error:
            self._alone_until = time.monotonic() + self.alone_s
            log.warning("rates.alone", error=str(error))
            return []
        return [
            Standing(each.a_minute, bool(part[0]), int(part[1]), int(part[2]), int(part[3]))
            for each, part in zip(limits, _fours(answer), strict=True)
        ]

    def _take_here(self, limits: Sequence[Limit]) -> list[Standing]:
        now = time.monotonic_ns() // 1_000
        if len(self._moments) > MOST_KEPT:
            self._moments = {key: at for key, at in self._moments.items() if at > now}
        if len(self._moments) > MOST_KEPT:
            # Too many callers to know apart: rather forget them than refuse one.
            self._moments.clear()
        kept, standings = take(self._moments, limits, now)
        self._moments.update(kept)
        return standings


def _fours(answer: Sequence[Any]) -> list[Sequence[Any]]:
    return [answer[at : at + 4] for at in range(0, len(answer), 4)]


def _seconds(microseconds: int) -> int:
    return -(-microseconds // SECOND)
