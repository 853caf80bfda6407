"""When a workspace's themes are formed anew; pure."""

MIN_TEXTS = 30
FIRST_LOOK = 500
"""A long import shows themes from here on, before it is through."""
GROWTH = 3.0
"""While signals still come in: themes are formed at 500, 1,500, 4,500 …"""
MOST_TO_COME = 2
CHANGED_ENOUGH = 0.1


def should_recluster(themable_now: int, clustered_then: int, *, waiting: int) -> bool:
    """Return whether to form themes anew, with that many signals to theme now and last time.

    `waiting` signals are still to be processed. Themes are formed on the way only while most is
    still to come; otherwise the end, which forms them from everything, is near.
    """
    if themable_now < MIN_TEXTS:
        return False
    if waiting:
        grown = themable_now >= max(FIRST_LOOK, clustered_then * GROWTH)
        return grown and waiting >= themable_now * MOST_TO_COME
    if clustered_then == 0:
        return True
    return abs(themable_now - clustered_then) >= clustered_then * CHANGED_ENOUGH
