"""Themes as the browser draws them: rows of the list, bars of the charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pmflow_core.clock import utcnow
from pmflow_core.signals.models import Severity
from pmflow_core.themes.schemas import ThemeRead
from pmflow_ui.figures import counted
from pmflow_ui.state.signals_rows import theme_path

SPARK_HEIGHT = 20
KEYWORDS_SHOWN = 3
LEFT, TOP, BASE, RIGHT = 28, 8, 148, 900


@dataclass(frozen=True)
class Bar:
    """A bar of a chart in the picture's units; `tone` is the class that colours it."""

    x: str
    y: str
    width: str
    height: str
    tone: str
    label: str


@dataclass(frozen=True)
class Mark:
    """A label on an axis, and where its grid line lies."""

    x: str
    y: str
    text: str


@dataclass(frozen=True)
class ThemeRow:
    """A theme as a row."""

    id: str
    href: str
    signals_href: str
    label: str
    size: int
    keywords: list[str]
    trend: list[Bar]
    trend_words: str
    mix: list[tuple[str, int]]
    customers: int
    value: str
    strength: int
    strength_words: str
    project: str
    project_href: str
    locked: bool


@dataclass(frozen=True)
class Chart:
    """Signals per week, stacked by severity, oldest week first."""

    bars: list[Bar]
    weeks: list[Mark]
    levels: list[Mark]
    words: str


def as_row(theme: ThemeRead, slug: str) -> ThemeRow:
    """Return a theme as a row."""
    return ThemeRow(
        id=str(theme.id),
        href=theme_path(slug, theme.id),
        signals_href=f"/w/{slug}/signals?theme={theme.id}",
        label=theme.label,
        size=theme.size,
        keywords=theme.keywords[:KEYWORDS_SHOWN],
        trend=spark(theme.trend),
        trend_words="Per week: " + ", ".join(str(count) for count in theme.trend),
        mix=mix(theme.severities),
        customers=theme.customers,
        value=short_amount(theme.value),
        strength=round(100 * theme.strength),
        strength_words=(
            f"Strength {theme.strength:.2f} of 1: from size, customers, severity, momentum and "
            f"confidence ({theme.confidence:.2f})"
        ),
        project=theme.project_key or "",
        project_href=f"/w/{slug}/projects/{theme.project_key}" if theme.project_key else "",
        locked=theme.is_locked,
    )


def short_amount(value: Decimal | None) -> str:
    """Return an amount of money in few characters, such as 12.4k; empty when unknown."""
    if value is None:
        return ""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return f"{value:.0f}"


def mix(severities: Mapping[Severity, int]) -> list[tuple[str, int]]:
    """Return severity and count, the worst first."""
    return [(level.value, severities[level]) for level in Severity if severities.get(level)]


def spark(weeks: Sequence[int]) -> list[Bar]:
    """Return a small bar per week; the newest stands out."""
    most = max([*weeks, 1])
    bars: list[Bar] = []
    for place, count in enumerate(weeks):
        height = max(1.5, SPARK_HEIGHT * count / most)
        bars.append(
            Bar(
                str(place * 9),
                f"{SPARK_HEIGHT - height:.1f}",
                "7",
                f"{height:.1f}",
                "now" if place == len(weeks) - 1 else "",
                f"{count}",
            )
        )
    return bars


def rated_words(rated: int, whole: int) -> str:
    """Return of how many signals shares by severity are, when others have none recorded."""
    if rated == whole:
        return ""
    if not rated:
        return "None of them has a severity recorded."
    others = whole - rated
    return (
        f"Of the {rated:,} with a severity; {others:,} {'has' if others == 1 else 'have'} none"
        " recorded."
    )


def chart(weeks: Sequence[Mapping[Severity | None, int]]) -> Chart:
    """Return the chart of signals per week."""
    totals = [sum(week.values()) for week in weeks]
    top = _ceiling(max([*totals, 1]))
    step = (RIGHT - LEFT) / len(weeks)
    bars: list[Bar] = []
    for place, week in enumerate(weeks):
        base = float(BASE)
        for level in (*Severity, None):
            count = week.get(level, 0)
            height = (BASE - TOP) * count / top
            if count:
                name = level.value if level else "unknown"
                bars.append(
                    Bar(
                        f"{LEFT + place * step + 4:.1f}",
                        f"{base - height:.1f}",
                        f"{step - 8:.1f}",
                        f"{max(1.0, height - 1.5):.1f}",
                        name,
                        f"{count} {name}",
                    )
                )
            base -= height
    begins = [utcnow() - timedelta(weeks=len(weeks) - place) for place in range(len(weeks))]
    return Chart(
        bars=bars,
        weeks=[
            Mark(f"{LEFT + (place + 0.5) * step:.1f}", "164", f"{at.day} {at:%b}")
            for place, at in enumerate(begins)
        ],
        levels=[
            Mark(str(LEFT - 8), f"{BASE - (BASE - TOP) * level / top:.1f}", str(level))
            for level in (0, top // 2, top)
        ],
        words=_change(totals),
    )


def _ceiling(most: int) -> int:
    """Return the even number at which the axis ends."""
    step = 2
    while step * 4 < most:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return max(2, -(-most // step) * step)


def _change(totals: Sequence[int]) -> str:
    half = len(totals) // 2
    before, after = sum(totals[:half]), sum(totals[half:])
    if not before:
        return f"{counted(after, 'signal')} in four weeks, none before"
    if after >= before * 1.25:
        return f"{after / before:.1f} times as many as in the four weeks before"
    if after <= before * 0.8:
        return f"{after} in four weeks, down from {before}"
    return f"steady: {after} in four weeks, {before} before"
