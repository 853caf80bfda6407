"""Records of what the team knows as the browser draws them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pmflow_core.knowledge.models import RecordKind
from pmflow_core.knowledge.schemas import RecordRead, VersionRead
from pmflow_core.runs.told_records import Use
from pmflow_ui.figures import counted

KINDS: Mapping[RecordKind, tuple[str, str]] = {
    RecordKind.GUARDRAIL: ("Guardrail", "What must never happen, whatever customers ask for."),
    RecordKind.RULE: ("Rule", "How this team works: terms, formats, technical choices."),
    RecordKind.CONTEXT: ("Company context", "Who the company is, whom it serves, what it sells."),
    RecordKind.ROADMAP: ("Roadmap", "What is planned, in which order and why."),
}


@dataclass(frozen=True)
class RecordRow:
    """A record as a line of the list; `head` is its kind where that begins."""

    id: str
    head: str
    title: str
    note: str
    is_told: bool


@dataclass(frozen=True)
class RecordCard:
    """The open record; an empty id means that none is."""

    id: str = ""
    kind: str = RecordKind.CONTEXT.value
    kind_name: str = ""
    title: str = ""
    content: str = ""
    is_told: bool = True
    version: int = 0
    changed_at: str = ""
    changed_by: str = ""


@dataclass(frozen=True)
class VersionRow:
    """A version of the open record."""

    number: int
    author: str
    at: str
    is_newest: bool


@dataclass(frozen=True)
class UseRow:
    """A run that was told the open record."""

    run: str
    href: str
    project: str
    project_href: str
    stage: str
    status: str
    version: str
    at: str


def as_rows(found: list[RecordRead], uses: Mapping[UUID, int]) -> list[RecordRow]:
    """Return the lines of the list, each kind with its head."""
    rows: list[RecordRow] = []
    kind: RecordKind | None = None
    for record in found:
        runs = uses.get(record.id, 0)
        used = f"told to {counted(runs, 'run')}" if runs else "told to no run yet"
        rows.append(
            RecordRow(
                str(record.id),
                KINDS[record.kind][0] if record.kind is not kind else "",
                record.title,
                used if record.is_told else "not told",
                record.is_told,
            )
        )
        kind = record.kind
    return rows


def as_card(record: RecordRead) -> RecordCard:
    """Return the open record."""
    return RecordCard(
        id=str(record.id),
        kind=record.kind.value,
        kind_name=KINDS[record.kind][0],
        title=record.title,
        content=record.content,
        is_told=record.is_told,
        version=record.version,
        changed_at=record.changed_at.isoformat(),
        changed_by=record.changed_by,
    )


def as_version(version: VersionRead, newest: int) -> VersionRow:
    """Return a version as a line of the history."""
    return VersionRow(
        version.number, version.author, version.at.isoformat(), version.number == newest
    )


def as_use(use: Use, slug: str, newest: int) -> UseRow:
    """Return a run that was told the record."""
    return UseRow(
        run=f"Run {use.run_number}",
        href=f"/w/{slug}/runs/{use.run_id}",
        project=f"{use.project_key} {use.project_name}",
        project_href=f"/w/{slug}/projects/{use.project_key}",
        stage=use.stage,
        status=use.status.value,
        version="" if use.version == newest else f"version {use.version}",
        at=use.at.isoformat(),
    )
