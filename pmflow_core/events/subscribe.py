"""Listening to nudges, for one long-lived subscriber per process."""

import asyncio
from collections.abc import AsyncIterator

from redis.asyncio import Redis
from redis.exceptions import RedisError

from pmflow_core.events.topics import CHANNEL
from pmflow_core.logs import get_logger

log = get_logger(__name__)
RESUBSCRIBED = "*"
_RETRY_S = 1.0


async def nudges(redis_url: str) -> AsyncIterator[str]:
    """Yield the topic of every nudge, for ever, reconnecting by itself.

    After each (re)connection it yields RESUBSCRIBED first: nudges may have been missed, so a
    watcher refreshes everything.
    """
    while True:
        try:
            async for topic in _session(redis_url):
                yield topic
        except (RedisError, OSError) as error:
            log.warning("subscription.lost", error=str(error))
        await asyncio.sleep(_RETRY_S)


async def _session(redis_url: str) -> AsyncIterator[str]:
    client = Redis.from_url(redis_url, decode_responses=True, health_check_interval=10)
    async with client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(CHANNEL)
        yield RESUBSCRIBED
        while True:
            message = await pubsub.get_message(timeout=10)
            if message is not None:
                yield str(message["data"])
