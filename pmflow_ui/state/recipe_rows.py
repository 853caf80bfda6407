"""Recipes as their pages draw them: stages in a list, versions, faults and a trial."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pmflow_core.board.recipe_pages import StageRecipe, TrialRead
from pmflow_core.recipes.faults import Fault
from pmflow_core.recipes.models import VersionStatus
from pmflow_core.recipes.schemas import VersionRead
from pmflow_core.recipes.spec import Level
from pmflow_ui.figures import counted
from pmflow_ui.state.recipe_fields import WORDS, Field, Part


@dataclass(frozen=True)
class Outcome:
    """A run of a stage as a mark."""

    glyph: str
    label: str
    href: str


@dataclass(frozen=True)
class RecipeLine:
    """A stage in the list of recipes."""

    stage: str
    name: str
    href: str
    exists: bool
    title: str = ""
    steps: str = ""
    level: str = ""
    provider: str = ""
    version: str = ""
    draft: str = ""
    outcomes: list[Outcome] = field(default_factory=list)


@dataclass(frozen=True)
class VersionLine:
    """A version in a recipe's history; `state` is in_use, used or draft."""

    number: int
    label: str
    state: str
    title: str
    notes: str
    author: str
    at: str
    href: str
    diff_href: str
    here: bool


@dataclass(frozen=True)
class TrialCheck:
    """A criterion of the step that was tried."""

    glyph: str
    title: str
    detail: str


@dataclass(frozen=True)
class Trial:
    """One step being tried, or what it came to."""

    id: str = ""
    href: str = ""
    status: str = ""
    step: str = ""
    project: str = ""
    project_href: str = ""
    version: str = ""
    words: str = ""
    live: str = ""
    failure: str = ""
    summary: str = ""
    is_open: bool = False
    checks: list[TrialCheck] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    last_line: str = ""


def recipe_line(found: StageRecipe, base: str) -> RecipeLine:
    """Return a stage's line; `base` is the workspace's address."""
    href = f"{base}/recipes/{found.slug}"
    outcomes = [
        Outcome(
            each.status.value,
            f"Run {each.number} {each.status.value}",
            f"{base}/runs/{each.run_id}",
        )
        for each in found.outcomes
    ]
    name = found.name if found.is_enabled else f"{found.name} (disabled)"
    recipe, spec = found.recipe, found.spec
    if recipe is None or spec is None:
        return RecipeLine(found.slug, name, href, exists=False, outcomes=outcomes)
    level = WORDS[recipe.level]
    if recipe.level is Level.AUTO_TO_STAGE:
        level = f"Goes on by itself, up to {recipe.stop_stage}"
    return RecipeLine(
        stage=found.slug,
        name=name,
        href=href,
        exists=True,
        title=recipe.title,
        steps=f"{counted(recipe.steps, 'step')}, {counted(recipe.gates, 'gate')}",
        level=level,
        provider=", then ".join((spec.provider or "default", *spec.fallbacks)),
        version=f"v{recipe.published}",
        draft=f"Draft v{recipe.latest}" if recipe.latest > recipe.published else "",
        outcomes=outcomes,
    )


def version_line(version: VersionRead, href: str, here: int) -> VersionLine:
    """Return a version's line; `href` is the recipe's page, `here` the version in view."""
    is_draft = version.status is VersionStatus.DRAFT
    return VersionLine(
        number=version.number,
        label=f"v{version.number}",
        state="in_use" if version.is_current else ("draft" if is_draft else "used"),
        title=version.title,
        notes=version.notes,
        author=version.author,
        at=version.saved_at.isoformat(),
        href=f"{href}?version={version.number}",
        diff_href=f"{href}?version={here}&diff={version.number}",
        here=version.number == here,
    )


def placed(faults: Iterable[Fault], fields: Sequence[Field]) -> tuple[dict[str, str], list[str]]:
    """Return what is wrong by the field it is wrong in, and what belongs to no field."""
    kinds = {one.place: one.kind for one in fields}
    found: dict[str, str] = {}
    others: list[str] = []
    for fault in faults:
        place = _nearest(fault.place, kinds)
        if place is None:
            others.append(fault.text)
            continue
        said = _lined(fault, place, kinds[place])
        found[place] = f"{found[place]} {said}" if place in found else said
    return found, others


def counts_of(found: dict[str, str], parts: Sequence[Part]) -> dict[str, str]:
    """Return in words how many fields of each step or gate have a fault; none where none has."""
    numbers = {
        part.place: sum(1 for place in found if place.startswith(f"{part.place}."))
        for part in parts
    }
    return {place: counted(number, "fault") for place, number in numbers.items() if number}


def trial_of(read: TrialRead, base: str) -> Trial:
    """Return a trial as its panel shows it."""
    run = read.run
    step = run.steps[0]
    newest = run.lines[-1].text if run.lines else ""
    words = {"queued": "It waits for a worker.", "waiting": "It waits for a person or for money."}
    return Trial(
        id=str(run.row.id),
        href=f"{base}/runs/{run.row.id}",
        status=run.row.status.value,
        step=step.title,
        project=f"{run.row.project_key} {run.row.project_name}",
        project_href=f"{base}/projects/{run.row.project_key}",
        version=f"v{run.recipe_version}",
        words=words.get(run.row.status.value, ""),
        live=step.live_text,
        failure=run.row.failure or "",
        summary=step.summary or "",
        is_open=run.row.finished_at is None,
        checks=[
            TrialCheck("completed" if each.passed else "failed", each.title, each.detail)
            for each in step.criteria
        ],
        others=list(read.written.others),
        last_line=newest,
    )


def _nearest(place: str, known: dict[str, str]) -> str | None:
    """Return the field that a place lies in, itself or an outer one."""
    parts = place.split(".")
    for length in range(len(parts), 0, -1):
        outer = ".".join(parts[:length])
        if outer in known:
            return outer
    return None


def _lined(fault: Fault, place: str, kind: str) -> str:
    """Return the fault's words, with the line where a field has several."""
    rest = fault.place.removeprefix(place).lstrip(".")
    if kind == "lines" and rest.isdecimal():
        return f"Line {int(rest) + 1}: {fault.said}"
    return f"{rest}: {fault.said}" if rest else fault.said
