"""Publishing nudges after the commit."""

from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from pmflow_core.db.hooks import on_commit
from pmflow_core.events.topics import CHANNEL
from pmflow_core.logs import get_logger

log = get_logger(__name__)


@dataclass
class _Bus:
    redis: "Redis | None" = None


_bus = _Bus()


def configure(redis: "Redis | None") -> None:
    """Point this process's later nudges at a server; None drops them."""
    _bus.redis = redis


def publish_on_commit(session: Session, *topics: str) -> None:
    """Nudge the watchers of `topics` once `session` has committed, each topic once."""
    waiting: dict[str, None] = session.info.setdefault("nudges", {})
    if not waiting:
        on_commit(session, lambda: publish(*session.info.pop("nudges", {})))
    waiting.update(dict.fromkeys(topics))


def publish(*topics: str) -> None:
    """Nudge now; a lost nudge costs a delay, never data."""
    if _bus.redis is None:
        return
    try:
        with _bus.redis.pipeline(transaction=False) as pipe:
            for topic in topics:
                pipe.publish(CHANNEL, topic)
            pipe.execute()
    except (RedisError, OSError) as error:
        log.warning("event.lost", topics=topics, error=str(error))
