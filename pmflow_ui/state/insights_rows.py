"""Insights as the browser draws them: the charts, and a sentence that says what each shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pmflow_core.automation.models import Verdict
from pmflow_core.automation.rules import ACTED
from pmflow_core.insights.schemas import InsightsRead, ProjectCost, Series
from pmflow_core.runs.status import FailureClass
from pmflow_core.signals.models import UNRATED, Source
from pmflow_ui.figures import counted, duration, money
from pmflow_ui.state.automation_rows import VERDICT_WORDS
from pmflow_ui.state.charts import Chart, Key, Part, Share, Values, lines, stacked
from pmflow_ui.state.signals_rows import SOURCES

TONES = ("c-1", "c-2", "c-3", "c-4")
REST = "c-4"
_WIDTHS: Mapping[int, str] = {1: "day", 7: "week", 28: "four weeks"}
_FAILURES: Mapping[FailureClass, str] = {
    FailureClass.CRITERIA: "checks that the text did not meet",
    FailureClass.PROVIDER: "providers that did not answer",
    FailureClass.TIMEOUT: "steps that took too long",
    FailureClass.QUARANTINED: "steps that killed their workers",
    FailureClass.INTERNAL: "internal errors",
    FailureClass.INVALID: "recipes that do not fit",
    FailureClass.UNANSWERED: "questions that nobody answered",
}


@dataclass(frozen=True)
class Figure:
    """One of the figures at the top; `tone` is good, bad or empty."""

    label: str
    value: str
    note: str
    tone: str = ""
    change: str = ""
    href: str = ""


@dataclass(frozen=True)
class Told:
    """A chart over time and the sentence about it."""

    chart: Chart = field(default_factory=Chart)
    words: str = ""


@dataclass(frozen=True)
class Shared:
    """A chart of lying bars and the sentence about it."""

    rows: list[Share] = field(default_factory=list)
    legend: list[Key] = field(default_factory=list)
    words: str = ""


def figures(read: InsightsRead, slug: str, cap_usd: float, spent_usd: float) -> list[Figure]:
    """Return the five figures at the top."""
    length = f"the {_length(read)} before"
    since = f"on {length}" if read.signals_before else f"none in {length}"
    ended, completed = _ended(read.outcomes)
    base = f"/w/{slug}"
    costs = read.costs
    return [
        Figure("Signals", f"{read.signals:,}", since, "", _change(read), f"{base}/signals"),
        _critical(read.critical_unlinked, base),
        Figure(
            "To the last stage",
            _time(read.flow.median_s),
            f"median of {counted(read.flow.arrived, 'project')}"
            if read.flow.arrived
            else "no project arrived",
            *_faster(read.flow.median_s, read.flow.before_s),
        ),
        Figure(
            "Runs completed",
            f"{round(100 * completed / ended)} %" if ended else "–",
            _of_runs(completed, ended),
            "",
            "",
            f"{base}/runs",
        ),
        Figure(
            "Spent",
            money(float(costs.total_usd)),
            f"{money(spent_usd)} of the budget's {money(cap_usd)} in all",
            "",
            "",
            f"{base}/settings/providers",
        ),
    ]


def _critical(count: int, base: str) -> Figure:
    note = "waiting to be linked or put aside" if count else "nothing waits"
    tone, href = "bad" if count else "good", f"{base}/signals?severity=critical"
    return Figure("Critical without a project", f"{count:,}", note, tone, "", href)


def severities(read: InsightsRead) -> Told:
    """Return the signals by severity."""
    values = [
        Values(each.name, "Not recorded" if each.name == UNRATED else each.name, each.counts)
        for each in read.severities
    ]
    worst = sum(each.total for each in read.severities[:2])
    rated = sum(each.total for each in read.severities if each.name != UNRATED)
    words = f"Per {_width(read)}. {worst:,} of the {rated:,} with a severity are critical or high."
    return Told(_capital(stacked(values, read.span.starts)), words)


def sources(read: InsightsRead) -> Told:
    """Return the signals by source; the fourth colour is for all but the first three."""
    first, rest = read.sources[:3], read.sources[3:]
    values = [
        Values(tone, SOURCES[Source(each.name)][0], each.counts)
        for tone, each in zip(TONES, first, strict=False)
    ]
    if rest:
        columns = zip(*(each.counts for each in rest), strict=True)
        name = SOURCES[Source(rest[0].name)][0] if len(rest) == 1 else f"{len(rest)} more"
        values.append(Values(REST, name, tuple(sum(column) for column in columns)))
    words = f"Per {_width(read)}, where they came in."
    return Told(stacked(values, read.span.starts), words)


def themes(read: InsightsRead) -> Told:
    """Return the largest themes over time."""
    values = [
        Values(tone, theme.label, theme.counts)
        for tone, theme in zip(TONES, read.themes, strict=False)
    ]
    words = f"Signals per {_width(read)}."
    if read.themes:
        moved = max(read.themes, key=lambda theme: abs(theme.counts[-1] - theme.counts[0]))
        words += f" {moved.label} went from {moved.counts[0]:,} to {moved.counts[-1]:,}."
    return Told(lines(values, read.span.starts), words)


def outcomes(read: InsightsRead) -> Told:
    """Return how runs ended."""
    values = [Values(f"o-{each.name}", each.name, each.counts) for each in read.outcomes]
    words = f"Per {_width(read)}."
    if read.failures:
        kind, count = next(iter(read.failures.items()))
        words += f" {count:,} of {sum(read.failures.values()):,} failures: {_FAILURES[kind]}."
    return Told(_capital(stacked(values, read.span.starts)), words)


def stages(read: InsightsRead) -> Shared:
    """Return how long projects stay in each stage."""
    timed = [stage for stage in read.stages if stage.median_s is not None]
    if not timed:
        return Shared()
    longest = max(timed, key=lambda stage: stage.median_s or 0)
    top = longest.median_s or 1.0
    rows = [
        Share(
            stage.name,
            "",
            _time(stage.median_s),
            [
                Part(
                    "c-1" if stage is longest else "rest",
                    _share(stage.median_s or 0, top),
                    counted(stage.visits, "visit"),
                )
            ],
        )
        for stage in timed
    ]
    words = f"Median of the visits that ended. {longest.name} takes longest."
    return Shared(rows, [], words)


def costs(read: InsightsRead, slug: str) -> Shared:
    """Return what projects cost by provider."""
    tones = dict(zip(read.costs.by_provider, (*TONES, *(REST,) * 20), strict=False))
    if not tones:
        return Shared()
    top = max(each.total_usd for each in read.costs.projects)
    words = "Replays and the local provider cost nothing."
    if read.costs.others_usd:
        words += f" Other projects: {money(float(read.costs.others_usd))}."
    return Shared(
        [_cost(each, top, tones, slug) for each in read.costs.projects],
        [Key(tone, name) for name, tone in tones.items()],
        words,
    )


def decisions(read: InsightsRead) -> Shared:
    """Return what automation decided, acted or why not."""
    if not read.decisions:
        return Shared()
    top = max(read.decisions.values())
    rows = [
        Share(
            VERDICT_WORDS[verdict],
            "",
            f"{count:,}",
            [Part(_decided(verdict), _share(count, top), f"{count:,}")],
        )
        for verdict, count in read.decisions.items()
    ]
    words = f"{counted(read.themes_looked_at, 'theme')} looked at. Every skip has its reason."
    return Shared(rows, [], words)


def _cost(each: ProjectCost, top: Decimal, tones: Mapping[str, str], slug: str) -> Share:
    parts = [
        Part(tones[name], _share(float(usd), float(top)), f"{name}: {money(float(usd))}")
        for name, usd in each.by_provider.items()
    ]
    href = f"/w/{slug}/projects/{each.key}" if each.key else ""
    return Share(each.key or "No project", href, money(float(each.total_usd)), parts)


def _decided(verdict: Verdict) -> str:
    if verdict in ACTED:
        return "c-1"
    return "warn" if verdict is Verdict.BUDGET else "rest"


def _share(part: float, top: float) -> str:
    return f"{max(1.5, 100 * part / top):.1f}%"


def _ended(outcomes: Sequence[Series]) -> tuple[int, int]:
    completed = next((each.total for each in outcomes if each.name == "completed"), 0)
    return sum(each.total for each in outcomes), completed


def _of_runs(completed: int, ended: int) -> str:
    if not ended:
        return "no run ended"
    failed = f", {ended - completed:,} did not" if ended > completed else ""
    return f"{completed:,} of {ended:,}{failed}"


def _change(read: InsightsRead) -> str:
    if not read.signals_before:
        return ""
    share = read.signals / read.signals_before - 1
    return f"{share:+.0%}".replace("-", "−")


def _faster(now: float | None, before: float | None) -> tuple[str, str]:
    """Return the tone of a change in time and the change itself."""
    if now is None or before is None:
        return "", ""
    sign = "−" if now < before else "+"
    return ("good" if now < before else "bad"), f"{sign}{duration(abs(now - before))}"


def _time(seconds: float | None) -> str:
    return "–" if seconds is None else duration(seconds)


def _width(read: InsightsRead) -> str:
    return _WIDTHS[read.span.bucket.days]


def _length(read: InsightsRead) -> str:
    days = (read.span.end - read.span.start).days
    return f"{days // 7} weeks" if days % 7 == 0 else f"{days} days"


def _capital(chart: Chart) -> Chart:
    legend = [Key(key.tone, key.label.capitalize()) for key in chart.legend]
    head = [name.capitalize() for name in chart.head]
    return Chart(chart.bars, chart.lines, chart.levels, chart.dates, legend, head, chart.rows)
