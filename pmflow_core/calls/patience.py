"""How often and how long a call is tried again: the one retry layer; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

MAX_ATTEMPTS = 4
MAX_SECONDS = 600.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """The bounds of one call over all its tries, for one provider."""

    attempts: int = MAX_ATTEMPTS
    seconds: float = MAX_SECONDS


USUAL = Patience()


@dataclass(frozen=True, slots=True)
class Caps:
    """The bounds of one step of a run over all its calls."""

    calls: int = 100
    usd: Decimal | None = None


USUAL_CAPS = Caps()


def pause_s(attempt: int, retry_after_s: float | None, random: Callable[[], float]) -> float:
    """Return how many seconds to wait after failed try `attempt` (from 1).

    Full jitter, so that many workers do not come back together (AWS Architecture Blog,
    "Exponential Backoff And Jitter", 2015); a server's own wish is the least that is waited.
    """
    bound = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (attempt - 1))
    return max(retry_after_s or 0.0, random() * bound)


def may_retry(patience: Patience, attempt: int, elapsed_s: float, pause: float) -> bool:
    """Return whether another try fits into the bounds."""
    return attempt < patience.attempts and elapsed_s + pause < patience.seconds
