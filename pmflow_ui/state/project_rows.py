"""A project as its page draws it: stages, reason, documents, evidence, runs and activity."""

import re
from dataclasses import dataclass, field
from uuid import UUID

from pmflow_core.board.schemas import (
    ActivityRow,
    DocumentRow,
    DocumentState,
    EvidenceRow,
    Mood,
    ProjectRead,
    RunRow,
    StageVisit,
    WhyRead,
)
from pmflow_core.projects.models import ProjectStatus
from pmflow_ui.figures import counted, duration, money
from pmflow_ui.initials import initials
from pmflow_ui.state.board_moves import Check, check_of
from pmflow_ui.state.board_rows import GLYPHS

PMFLOW = "pmflow"
_RUN = re.compile(r"^Run \d+$")
TONES = {Mood.WAITING: "need", Mood.FAILED: "fail"}
STATES = {
    DocumentState.APPROVED: ("Approved", "s-completed"),
    DocumentState.DRAFT: ("Draft", "fill"),
    DocumentState.WRITING: ("Being written", "s-running"),
    DocumentState.NONE: ("Not written", ""),
}
MOST_TICKS = 30


@dataclass(frozen=True)
class Person:
    """Who did something or must do it; a program is drawn as one."""

    name: str = ""
    letters: str = ""
    mine: bool = False
    bot: bool = False


@dataclass(frozen=True)
class Head:
    """The project itself and its properties."""

    id: str = ""
    key: str = ""
    name: str = ""
    description: str = ""
    stage: str = ""
    priority: str = ""
    theme: str = ""
    theme_href: str = ""
    cost: str = ""
    signals: int = 0
    owner: Person = field(default_factory=Person)


@dataclass(frozen=True)
class StageView:
    """A stage of the track: `done`, `now` or empty, and how long the project was in it."""

    name: str
    kind: str
    spent: str


@dataclass(frozen=True)
class WhyView:
    """Why the project is where it is, and who does what next."""

    glyph: str = "todo"
    tone: str = ""
    reason: str = ""
    since: str = ""
    next: str = ""
    owner: Person = field(default_factory=Person)
    gates: list[Check] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    can_run: bool = False
    can_approve: bool = False
    run_href: str = ""
    fix_href: str = ""
    fix_label: str = ""
    mends: bool = False
    can_ship: bool = False
    is_ended: bool = False


@dataclass(frozen=True)
class EarlierLine:
    """A text that a document was before another stage wrote it anew."""

    label: str
    href: str


@dataclass(frozen=True)
class DocumentLine:
    """A document in the table, with one tick a claim."""

    href: str
    title: str
    version: str
    state: str
    state_class: str
    ticks: list[str]
    coverage: str
    author: Person
    at: str
    earlier: list[EarlierLine] = field(default_factory=list[EarlierLine])


@dataclass(frozen=True)
class EvidenceLine:
    """A signal that is evidence of the project."""

    mark: str
    href: str
    text: str
    severity: str
    cited: str


@dataclass(frozen=True)
class RunLine:
    """A run of the project."""

    href: str
    number: str
    stage: str
    status: str
    provider: str
    by: str
    at: str
    took: str
    failure: str


@dataclass(frozen=True)
class ActivityLine:
    """One thing that happened."""

    actor: Person
    text: str
    at: str


def person(name: str | None, *, mine: bool = False, bot: bool = False) -> Person:
    """Return somebody by name; a run is named after its number."""
    if not name:
        return Person()
    return Person(name, initials(name), mine, bot or name == PMFLOW or bool(_RUN.match(name)))


def ticks_of(cited: int, claims: int, most: int = MOST_TICKS) -> list[str]:
    """Return one tick a claim; a long document's ticks each stand for several."""
    if claims <= most:
        return ["on"] * cited + ["wait"] * (claims - cited)
    # A single uncited claim must show, however long the document is.
    lit = min(most - 1, cited * most // claims) if cited < claims else most
    return ["on"] * lit + ["wait"] * (most - lit)


def head_of(read: ProjectRead, base: str, viewer_id: UUID | None) -> Head:
    """Return the project and its properties; `base` is the workspace's address."""
    return Head(
        id=str(read.id),
        key=read.key,
        name=read.name,
        description=read.description,
        stage=next((stage.name for stage in read.stages if stage.is_current), ""),
        priority=(read.priority or "").capitalize(),
        theme=read.theme_label or "",
        theme_href=f"{base}/themes/{read.theme_id}" if read.theme_id else "",
        cost=money(read.cost_usd),
        signals=read.signals,
        owner=person(read.owner, mine=read.owner_id is not None and read.owner_id == viewer_id),
    )


def stages_of(stages: tuple[StageVisit, ...], mood: Mood) -> list[StageView]:
    """Return the track; the stage in which the project is shows what is true of it."""
    here = next((index for index, stage in enumerate(stages) if stage.is_current), 0)
    now = f"now {TONES.get(mood, '')}".strip()
    return [
        StageView(
            stage.name,
            now if index == here else ("done" if index < here else ""),
            "" if stage.seconds is None else duration(stage.seconds),
        )
        for index, stage in enumerate(stages)
    ]


def why_of(read: ProjectRead, base: str, owner: Person, effects: tuple[str, ...]) -> WhyView:
    """Return the panel that opens the page."""
    why = read.why
    look = _to_look_at(read)
    mends = look is not None and why.mood is Mood.FAILED
    is_active = why.status == ProjectStatus.ACTIVE.value
    fix = f"{base}/projects/{read.key}/documents/{look.type}" if look else ""
    return WhyView(
        glyph=GLYPHS[why.mood],
        tone=TONES.get(why.mood, ""),
        # The gates below say the rest.
        reason=why.reason.partition(". ")[0] if why.gates else why.reason,
        since=why.since.isoformat(),
        next=why.next_action,
        owner=owner if why.owner == owner.name else _acting(why),
        gates=[check_of(gate) for gate in why.gates],
        effects=list(effects),
        can_run=why.can_run,
        can_approve=why.can_approve,
        run_href=f"{base}/runs/{why.run_id}" if why.run_id else "",
        fix_href=f"{fix}?view=edit" if mends else fix,
        fix_label=f"{'Edit' if mends else 'Read'} {look.title}" if look else "",
        mends=mends,
        can_ship=is_active and why.mood is Mood.DONE and read.stages[-1].is_current,
        is_ended=not is_active,
    )


def _acting(why: WhyRead) -> Person:
    return person(why.owner)


def _to_look_at(read: ProjectRead) -> DocumentRow | None:
    """Return the document to read next: the one with most uncited claims, else one to approve."""
    if read.why.mood not in (Mood.FAILED, Mood.WAITING):
        return None
    weakest = max(read.documents, key=lambda row: row.claims - row.cited, default=None)
    if weakest is not None and weakest.cited < weakest.claims:
        return weakest
    if read.why.mood is Mood.FAILED:
        return None
    return next((row for row in read.documents if row.state is DocumentState.DRAFT), None)


def document_line(row: DocumentRow, base: str, key: str) -> DocumentLine:
    """Return a document as a row of the table."""
    state, state_class = STATES[row.state]
    href = f"{base}/projects/{key}/documents/{row.type}"
    return DocumentLine(
        href=href,
        title=row.title,
        version=f"v{row.version}",
        state=state,
        state_class=state_class,
        ticks=ticks_of(row.cited, row.claims),
        coverage=f"{row.cited} of {row.claims}" if row.claims else "no claims",
        author=person(row.author),
        at=row.written_at.isoformat(),
        earlier=[
            EarlierLine(f"{text.title}, v{text.version}", f"{href}?version={text.version}")
            for text in row.earlier
        ],
    )


def evidence_line(row: EvidenceRow, base: str) -> EvidenceLine:
    """Return a signal as a line of the evidence."""
    return EvidenceLine(
        mark=f"S-{row.number}",
        href=f"{base}/signals?signal={row.number}",
        text=row.text,
        severity=row.severity or "",
        cited=f"cited {counted(row.times_cited, 'time')}" if row.times_cited else "",
    )


def run_line(row: RunRow, base: str) -> RunLine:
    """Return a run as a row of the table."""
    ended = row.finished_at
    took = "" if row.started_at is None or ended is None else (ended - row.started_at)
    return RunLine(
        href=f"{base}/runs/{row.id}",
        number=f"Run {row.number}",
        stage=row.stage,
        status=row.status.value,
        provider=row.provider,
        by=row.requested_by,
        at=row.queued_at.isoformat(),
        took=duration(took.total_seconds()) if took else "",
        failure=row.failure or "",
    )


def activity_line(row: ActivityRow) -> ActivityLine:
    """Return one thing that happened."""
    text = row.text[:1].lower() + row.text[1:]
    return ActivityLine(person(row.actor), text, row.at.isoformat())
