"""A document's head, outline and history as its page draws them."""

from dataclasses import dataclass, field

from pmflow_core.board.schemas import DocumentRead
from pmflow_ui.figures import counted
from pmflow_ui.prose import anchor_of
from pmflow_ui.state.project_rows import EarlierLine, Person, person, ticks_of

OUTLINE_TICKS = 12


@dataclass(frozen=True)
class DocumentHead:
    """What stands above the text: which version this is, who wrote it, what is true of it."""

    key: str = ""
    project: str = ""
    project_href: str = ""
    href: str = ""
    title: str = ""
    version: int = 0
    latest: int = 0
    is_latest: bool = True
    chip: str = ""
    chip_class: str = ""
    author: str = ""
    at: str = ""
    model: str = ""
    sha: str = ""
    percent: int = 0
    coverage: str = ""
    weak: bool = False
    words: int = 0
    approved: int = 0
    stage: str = ""
    newest: str = ""


@dataclass(frozen=True)
class OutlineLine:
    """A section in the outline, with one tick a claim."""

    name: str
    href: str
    ticks: list[str]
    label: str


@dataclass(frozen=True)
class VersionLine:
    """A version in the history, with the address that compares it with the one in view.

    `origin` says which stage wrote it, and what it is where that changed over the history.
    """

    label: str
    href: str
    diff_href: str
    number: int
    here: bool
    approved: bool
    origin: str = ""
    author: Person = field(default_factory=Person)
    at: str = ""


def count_words(text: str) -> int:
    """Return how many words a text has."""
    return len(text.split())


def head_of(read: DocumentRead, base: str) -> DocumentHead:
    """Return the head of a document; `base` is the workspace's address."""
    project = f"{base}/projects/{read.project_key}"
    chip, chip_class = _verdict(read)
    percent = 100 if not read.claims else round(100 * read.cited / read.claims)
    return DocumentHead(
        key=read.project_key,
        project=read.project_name,
        project_href=project,
        href=f"{project}/documents/{read.type}",
        title=read.title,
        version=read.version,
        latest=read.latest,
        is_latest=read.version == read.latest,
        chip=chip,
        chip_class=chip_class,
        author=read.author,
        at=read.written_at.isoformat(),
        model=read.model or "",
        sha=read.sha256[:8],
        # Rounding must not call a document whole that is not.
        percent=min(percent, 99) if read.cited < read.claims else percent,
        coverage=(
            f"{read.cited} of {counted(read.claims, 'claim')} cited"
            if read.claims
            else "It makes no claim that needs a citation"
        ),
        weak=read.cited < read.claims,
        words=count_words(read.content),
        approved=_last_approved(read),
        stage=next((row.stage or "" for row in read.versions if row.number == read.version), ""),
        newest=_newest(read),
    )


def _newest(read: DocumentRead) -> str:
    """Return how the newest version is named: with its title where that is another one."""
    title = read.versions[0].title
    return f"version {read.latest}" + (f", {title}" if title != read.title else "")


def earlier_of(read: DocumentRead, base: str) -> list[EarlierLine]:
    """Return the newest version of each text that the one in view replaced, the newest first."""
    if read.version != read.latest:
        return []
    found: dict[str, EarlierLine] = {}
    for row in read.versions:
        if row.title != read.title and row.title not in found:
            where = f"{base}/projects/{read.project_key}/documents/{read.type}"
            label = f"{row.title}, version {row.number}"
            found[row.title] = EarlierLine(label, f"{where}?version={row.number}")
    return list(found.values())


def _last_approved(read: DocumentRead) -> int:
    """Return the newest approved version before the one in view, 0 without one."""
    return max(
        (row.number for row in read.versions if row.approved and row.number < read.version),
        default=0,
    )


def _verdict(read: DocumentRead) -> tuple[str, str]:
    """Return what the chip beside the title says, the worst first."""
    if read.faults:
        return counted(len(read.faults), "citation fails", "citations fail"), "s-failed"
    if read.cited < read.claims:
        return f"{read.claims - read.cited} uncited", "s-waiting"
    if any(version.approved and version.number == read.version for version in read.versions):
        return "Approved", "s-completed"
    return "Draft", "fill"


def outline_of(read: DocumentRead) -> list[OutlineLine]:
    """Return the sections with the coverage of their claims."""
    return [
        OutlineLine(
            name=section.name,
            href=f"#{anchor_of(section.name)}",
            ticks=ticks_of(section.cited, section.claims, OUTLINE_TICKS),
            label=f"{section.cited} of {section.claims} cited" if section.claims else "",
        )
        for section in read.sections
    ]


def versions_of(read: DocumentRead, base: str) -> list[VersionLine]:
    """Return the history, each version with its address and the way to compare it."""
    here = f"{base}/projects/{read.project_key}/documents/{read.type}"
    shown = "" if read.version == read.latest else f"&version={read.version}"
    several = len({version.title for version in read.versions}) > 1
    return [
        VersionLine(
            label=f"v{version.number}",
            href=here if version.number == read.latest else f"{here}?version={version.number}",
            diff_href=f"{here}?diff={version.number}{shown}",
            number=version.number,
            here=version.number == read.version,
            approved=version.approved,
            origin=" · ".join(
                part for part in (version.title if several else "", version.stage) if part
            ),
            author=person(version.author, bot=version.by_run),
            at=version.written_at.isoformat(),
        )
        for version in read.versions
    ]
