"""Numbers as people read them, with their units."""

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


def money(usd: float) -> str:
    """Return an amount such as `$0.31`."""
    return f"${usd:,.2f}"


def duration(seconds: float) -> str:
    """Return a length of time in its two largest units, such as `1 d 4 h`."""
    whole = max(0, int(seconds))
    days, hours = whole // DAY_S, whole % DAY_S // HOUR_S
    if days:
        return f"{days} d {hours} h" if hours and days < 10 else f"{days} d"
    minutes = whole % HOUR_S // MINUTE_S
    if hours:
        return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
    return f"{minutes} min" if minutes else f"{whole} s"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, such as `1 signal` or `3 signals`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def file_size(size: int) -> str:
    """Return a number of bytes such as `12 kB`."""
    if size < 1_000:
        return f"{size} bytes"
    return f"{size / 1_000:,.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"
