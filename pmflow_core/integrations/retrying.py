"""When a message that was not taken is tried again, and when an address is left alone."""

from datetime import timedelta

# The example schedule of Standard Webhooks, "Deliverability and reliability": ten tries in 76 hours
# (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
DELAYS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
MOST_TRIES = len(DELAYS) + 1
LONGEST = timedelta(days=1)
OFF_AFTER = timedelta(days=5)
"""An address that took nothing for so long is switched off."""
FAILURES_IN_PEACE = 3
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)


def delay_after(tries: int, chance: float, retry_after_s: int | None = None) -> timedelta | None:
    """Return how long to wait after so many tries that failed; None when they were enough.

    `chance`, from 0 to 1, makes it up to a tenth shorter or longer, so that what failed together
    does not come back together. A receiver may ask for more time, up to a day.
    """
    if tries >= MOST_TRIES:
        return None
    delay = DELAYS[max(tries, 1) - 1] * (0.9 + 0.2 * chance)
    return max(delay, min(timedelta(seconds=retry_after_s or 0), LONGEST))


def rest_after(failures: int) -> timedelta | None:
    """Return how long an address rests after so many tries in a row failed, whatever waits for it.

    A receiver that is away would otherwise hold a worker for ten seconds for each message.
    """
    if failures < FAILURES_IN_PEACE:
        return None
    doublings = min(failures - FAILURES_IN_PEACE, 10)
    return min(FIRST_REST * 2**doublings, LONGEST_REST)
