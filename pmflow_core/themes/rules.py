"""When a workspace's themes are formed anew; pure."""

MIN_TEXTS = 30
FIRST_LOOK = 500
"""A long import shows themes from here on, before it is through."""
GROWTH = 3.0
"""While signals still come in: forming anew at 500, 1,500, 4,500 … adds a third to the last one."""
CHANGED_ENOUGH = 0.1


def should_recluster(themable_now: int, clustered_then: int, *, drained: bool) -> bool:
    """Return whether to form themes anew, with that many signals to theme now and last time.

    `drained` says that no signal waits to be processed: what comes next is a trickle.
    """
    if themable_now < MIN_TEXTS:
        return False
    if not drained:
        return themable_now >= max(FIRST_LOOK, clustered_then * GROWTH)
    if clustered_then == 0:
        return True
    return abs(themable_now - clustered_then) >= clustered_then * CHANGED_ENOUGH
