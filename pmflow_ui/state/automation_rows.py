"""Automation and maintenance as the browser draws them, in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from pmflow_core.automation.models import AutomaticAction, Chore, Verdict
from pmflow_core.automation.schemas import ChoreRead, EventRead
from pmflow_core.automation.settings import AutomationSettings
from pmflow_core.clock import utcnow
from pmflow_ui.figures import counted
from pmflow_ui.state.signals_rows import theme_path

ON, OFF = "on", "off"
SWITCHES = ("duplicates", "archival")
OPTIONAL = ("min_severity", "notify_at")
_DONE = {
    AutomaticAction.NEW_INITIATIVE: "Project created",
    AutomaticAction.GENERATE_PRD: "PRD started",
    AutomaticAction.NOTIFY: "Editors told",
}
_PROPOSED = {
    AutomaticAction.NEW_INITIATIVE: "Project proposed",
    AutomaticAction.GENERATE_PRD: "PRD proposed",
}
_NOT_DONE = {
    AutomaticAction.NEW_INITIATIVE: "No project",
    AutomaticAction.GENERATE_PRD: "No PRD",
}
VERDICT_WORDS = {
    Verdict.DONE: "Done",
    Verdict.SUGGESTED: "Proposed",
    Verdict.ALREADY_ACTIONED: "Acted on before",
    Verdict.COOLDOWN: "Pause",
    Verdict.RATE_LIMITED: "Daily cap",
    Verdict.LOW_CONFIDENCE: "Unsure",
    Verdict.SEVERITY_FILTER: "Too mild",
    Verdict.BELOW_THRESHOLD: "Too small",
    Verdict.BUDGET: "Budget",
}
_CHORES = {
    Chore.AUTOMATION: ("Look at themes", "Does what is due for themes, every hour."),
    Chore.ORPHANS: ("Find orphans", "Counts new signals that nobody linked, every day."),
    Chore.DUPLICATES: ("Find duplicates", "Compares all live signals, every day."),
    Chore.ARCHIVAL: ("Archive old signals", "Puts aside what is long done with, every day."),
    Chore.EXPIRY: ("Expire suggestions", "Ends what nobody decided in 30 days, every day."),
    Chore.TRASH: ("Empty the trash", "Erases what was deleted 30 days ago, every day."),
}


@dataclass(frozen=True)
class EventLine:
    """One line of the log: what was done about a theme, or why it was not."""

    id: str
    at: str
    theme: str
    theme_href: str
    what: str
    tone: str
    verdict: str
    reason: str
    project: str
    project_href: str
    run: str
    run_href: str


@dataclass(frozen=True)
class ChoreLine:
    """A chore of maintenance with its last round."""

    name: str
    title: str
    about: str
    last_at: str
    result: str
    failed: bool
    running: bool
    next_at: str
    is_on: bool


class AutomationForm(BaseModel):
    """The form as a browser sends it: every value as it was typed."""

    model_config = ConfigDict(extra="forbid")

    depth: str = Field("", max_length=40)
    initiative_at: str = Field("", max_length=40)
    prd_at: str = Field("", max_length=40)
    min_confidence: str = Field("", max_length=40)
    min_severity: str = Field("", max_length=40)
    daily_cap: str = Field("", max_length=40)
    cooldown_min: str = Field("", max_length=40)
    notify_at: str = Field("", max_length=40)
    orphans_after_days: str = Field("", max_length=40)
    orphans_notify_at: str = Field("", max_length=40)
    duplicates: str = Field("", max_length=40)
    archival: str = Field("", max_length=40)
    archive_linked_days: str = Field("", max_length=40)
    archive_reviewed_days: str = Field("", max_length=40)


def as_values(settings: AutomationSettings) -> dict[str, str]:
    """Return the settings as the form shows them."""
    return {name: _typed(value) for name, value in settings.model_dump(mode="json").items()}


def parse_form(form: AutomationForm) -> tuple[AutomationSettings | None, dict[str, str]]:
    """Return what the form says, or a sentence for each field that cannot be."""
    given: dict[str, Any] = {}
    for name, text in form.model_dump().items():
        value = text.strip()
        if name in SWITCHES:
            given[name] = value == ON
        else:
            given[name] = None if name in OPTIONAL and not value else value
    try:
        return AutomationSettings.model_validate(given), {}
    except ValidationError as error:
        return None, dict(_fault(fault["loc"]) for fault in error.errors())


def as_event(event: EventRead, slug: str) -> EventLine:
    """Return a line of the log."""
    run = event.run_number
    return EventLine(
        id=str(event.id),
        at=event.at.isoformat(),
        theme=event.theme,
        theme_href=theme_path(slug, event.theme_id),
        what=_what(event),
        tone=_tone(event.verdict),
        verdict=VERDICT_WORDS[event.verdict],
        reason=event.reason,
        project=event.project_key or "",
        project_href=f"/w/{slug}/projects/{event.project_key}" if event.project_key else "",
        run="" if run is None else f"Run {run}",
        run_href="" if run is None else f"/w/{slug}/runs/{event.run_id}",
    )


def as_chore(chore: ChoreRead) -> ChoreLine:
    """Return a chore as a line."""
    title, about = _CHORES[chore.chore]
    last = chore.last
    running = last is not None and last.finished_at is None
    return ChoreLine(
        name=chore.chore.value,
        title=title,
        about=about,
        last_at=last.at.isoformat() if last else "",
        result="" if last is None or running else last.error or _came_to(last.chore, last.result),
        failed=last is not None and last.error is not None,
        running=running,
        next_at=chore.next_at.isoformat() if chore.next_at and chore.next_at > utcnow() else "",
        is_on=chore.is_on,
    )


def _what(event: EventRead) -> str:
    if event.verdict is Verdict.DONE:
        return _DONE[event.action]
    if event.verdict is Verdict.SUGGESTED:
        return _PROPOSED[event.action]
    return _NOT_DONE[event.action]


def _tone(verdict: Verdict) -> str:
    if verdict is Verdict.DONE:
        return "chip s-completed"
    return "chip acc" if verdict is Verdict.SUGGESTED else "chip"


def _came_to(chore: Chore, result: Mapping[str, Any]) -> str:
    def many(name: str) -> int:
        return int(result.get(name) or 0)

    match chore:
        case Chore.AUTOMATION:
            done = f"{many('done')} done, {many('suggested')} proposed"
            return f"{counted(many('themes'), 'theme')}: {done}, {many('skipped')} newly skipped"
        case Chore.ORPHANS:
            told = many("told")
            return counted(many("orphans"), "orphan") + (
                f"; {counted(told, 'person', 'people')} told" if told else ""
            )
        case Chore.ARCHIVAL:
            return f"{many('linked')} linked and {many('reviewed')} reviewed ones archived"
        case Chore.DUPLICATES:
            return f"{counted(many('proposed'), 'merge')} proposed"
        case Chore.EXPIRY:
            return f"{counted(many('suggestions'), 'suggestion')} expired"
        case Chore.TRASH:
            others = sum(many(kind) for kind in result) - many("signal")
            return f"{counted(many('signal'), 'signal')} and {others} other things erased"


def _typed(value: Any) -> str:
    match value:
        case bool():
            return ON if value else OFF
        case None:
            return ""
        case _:
            return str(value)


def _fault(where: tuple[int | str, ...]) -> tuple[str, str]:
    if not where:
        return "prd_at", "A PRD needs at least as many signals as a project."
    name = str(where[0])
    bounds = _bounds(AutomationSettings.model_fields[name])
    if bounds is None:
        return name, "Choose one of these."
    return name, f"A number from {bounds[0]:,} to {bounds[1]:,}."


def _bounds(field: FieldInfo) -> tuple[int, int] | None:
    low = next((rule.ge for rule in field.metadata if isinstance(rule, Ge)), None)
    high = next((rule.le for rule in field.metadata if isinstance(rule, Le)), None)
    return None if low is None or high is None else (int(str(low)), int(str(high)))
