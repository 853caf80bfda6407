"""Charts as the browser draws them: shapes in the picture's units, and the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

WIDTH, HEIGHT = 360, 216
LEFT, TOP, BASE = 34, 12, 188
LABEL_Y = 206
DATES_SHOWN = 4
NEAR = 13  # labels that are nearer to each other cannot be read


@dataclass(frozen=True)
class Rect:
    """A bar, or a part of one; `tone` is the class that colours it."""

    x: str
    y: str
    width: str
    height: str
    tone: str
    words: str


@dataclass(frozen=True)
class Tick:
    """A label on an axis, and where it lies."""

    x: str
    y: str
    text: str


@dataclass(frozen=True)
class Key:
    """One entry of the legend."""

    tone: str
    label: str


@dataclass(frozen=True)
class Line:
    """A line, and its name and last value at its end."""

    points: str
    tone: str
    end_x: str
    end_y: str
    label_y: str
    label: str
    words: str


@dataclass(frozen=True)
class TableRow:
    """One row of a chart told as a table; the first cell is its head."""

    head: str
    cells: list[str]


@dataclass(frozen=True)
class Chart:
    """Stacked bars or lines over time; empty when there is nothing to draw."""

    bars: list[Rect] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    levels: list[Tick] = field(default_factory=list)
    dates: list[Tick] = field(default_factory=list)
    legend: list[Key] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    rows: list[TableRow] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """A part of a bar that lies; `width` in per cent of the widest bar."""

    tone: str
    width: str
    words: str


@dataclass(frozen=True)
class Share:
    """A line of a chart of lying bars: its name, its parts and its value."""

    label: str
    href: str
    value: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Values:
    """What is drawn of one thing: its tone, its name and a count for each bucket."""

    tone: str
    label: str
    counts: Sequence[int]


def stacked(series: Sequence[Values], starts: Sequence[datetime]) -> Chart:
    """Return bars over time, the first of the series at the bottom."""
    totals = [sum(column) for column in zip(*(each.counts for each in series), strict=True)]
    if not any(totals):
        return Chart()
    top = ceiling(max(totals))
    step = (WIDTH - LEFT) / len(starts)
    gap = 3.0 if step > 10 else 1.5
    bars: list[Rect] = []
    for place, start in enumerate(starts):
        base = float(BASE)
        for each in series:
            height = (BASE - TOP) * each.counts[place] / top
            if each.counts[place]:
                bars.append(
                    Rect(
                        f"{LEFT + place * step + gap / 2:.1f}",
                        f"{base - height:.1f}",
                        f"{step - gap:.1f}",
                        f"{max(1.0, height - 1):.1f}",
                        each.tone,
                        f"{each.counts[place]:,} {each.label}, from {day(start)}",
                    )
                )
            base -= height
    shown = [each for each in series if any(each.counts)]
    return Chart(
        bars=bars,
        levels=_levels(top),
        dates=_dates(starts, step),
        legend=[Key(each.tone, each.label) for each in shown],
        **_told(shown, starts),
    )


def lines(series: Sequence[Values], starts: Sequence[datetime]) -> Chart:
    """Return a line over time for each of the series, with its last value at its end."""
    if not any(any(each.counts) for each in series):
        return Chart()
    top = ceiling(max(max(each.counts) for each in series))
    room = WIDTH - 30
    step = (room - LEFT) / max(1, len(starts) - 1)

    def height(count: int) -> float:
        return BASE - (BASE - TOP) * count / top

    ends = _apart([height(each.counts[-1]) for each in series])
    drawn = [
        Line(
            " ".join(
                f"{LEFT + place * step:.1f},{height(count):.1f}"
                for place, count in enumerate(each.counts)
            ),
            each.tone,
            f"{room:.1f}",
            f"{height(each.counts[-1]):.1f}",
            f"{end + 4:.1f}",
            f"{each.counts[-1]:,}",
            f"{each.label}: {sum(each.counts):,} signals",
        )
        for each, end in zip(series, ends, strict=True)
    ]
    return Chart(
        lines=drawn,
        levels=_levels(top),
        dates=_dates(starts, step, centred=False),
        legend=[Key(each.tone, each.label) for each in series],
        **_told(series, starts),
    )


def ceiling(most: int) -> int:
    """Return the even number at which an axis ends, at least `most`."""
    step = 2
    while step * 4 < most:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    step -= step % 2
    return max(2, -(-most // step) * step)


def day(at: datetime) -> str:
    """Return a date as a short label, such as 3 Nov."""
    return f"{at.day} {at:%b}"


def _levels(top: int) -> list[Tick]:
    return [
        Tick(str(LEFT - 8), f"{BASE - (BASE - TOP) * level / top:.1f}", f"{level:,}")
        for level in sorted({0, top // 2, top})
    ]


def _dates(starts: Sequence[datetime], step: float, *, centred: bool = True) -> list[Tick]:
    every = max(1, -(-len(starts) // DATES_SHOWN))
    first = LEFT + (step / 2 if centred else 0)
    return [
        Tick(f"{first + place * step:.1f}", str(LABEL_Y), day(start))
        for place, start in enumerate(starts)
        if place % every == 0
    ]


def _told(series: Sequence[Values], starts: Sequence[datetime]) -> dict[str, list]:
    rows = [
        TableRow(day(start), [f"{each.counts[place]:,}" for each in series])
        for place, start in enumerate(starts)
    ]
    return {"head": ["From", *(each.label for each in series)], "rows": rows}


def _apart(heights: Sequence[float]) -> list[float]:
    """Return the heights moved as little as needed for their labels not to touch."""
    moved = list(heights)
    order = sorted(range(len(moved)), key=lambda place: moved[place])
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + NEAR)
    over = max([0.0, *(each - BASE for each in moved)])
    return [each - over for each in moved] if over else moved
