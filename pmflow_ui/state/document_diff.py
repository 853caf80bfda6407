"""Two versions of a document side by side: changed sections in full, the others folded."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pmflow_core.board.schemas import CitationRead, DocumentRead
from pmflow_core.documents.diff import Change, DiffLine, Piece, diff
from pmflow_ui.figures import counted

LISTED = 4


@dataclass(frozen=True)
class DiffPiece:
    """A stretch of a line, and whether it differs from the other side."""

    text: str
    differs: bool


@dataclass(frozen=True)
class DiffRow:
    """One row: a line on each side, a section's heading, or a fold of what did not change."""

    kind: str
    text: str = ""
    old: list[DiffPiece] = field(default_factory=list)
    new: list[DiffPiece] = field(default_factory=list)


@dataclass(frozen=True)
class DiffView:
    """A comparison with what it comes to."""

    old: int = 0
    new: int = 0
    old_label: str = ""
    new_label: str = ""
    sections: str = ""
    added: int = 0
    removed: int = 0
    same: bool = False
    citations: str = ""
    uncited: str = ""
    worse: bool = False
    approvals: str = ""
    written_by: str = ""
    left: list[str] = field(default_factory=list)


def compare(old: DocumentRead, new: DocumentRead) -> tuple[DiffView, list[DiffRow]]:
    """Return a comparison of two versions of one document and its rows."""
    found = diff(old.content, new.content)
    sections = list(_sections(found.lines))
    changed = [lines for _, lines in sections if _differs(lines)]
    gone, came = (
        _cited(old.citations) - _cited(new.citations),
        _cited(new.citations) - _cited(old.citations),
    )
    uncited, before = new.claims - new.cited, old.claims - old.cited
    view = DiffView(
        old=old.version,
        new=new.version,
        old_label=_label(old),
        new_label=_label(new),
        sections=f"{len(changed)} of {counted(len(sections), 'section')} changed",
        added=found.added,
        removed=found.removed,
        same=found.is_empty,
        citations=f"+{len(came)} −{len(gone)}",
        uncited=f"{uncited}, was {before}",
        worse=uncited > before,
        approvals=_voided(old, new),
        written_by=new.author,
        left=[f"S-{number}" for number in sorted(gone)],
    )
    return view, list(_rows(sections))


def _cited(citations: tuple[CitationRead, ...]) -> set[int]:
    return {cited.signal for cited in citations}


def _label(read: DocumentRead) -> str:
    approved = any(row.approved and row.number == read.version for row in read.versions)
    return f"v{read.version}{', approved' if approved else ''}, {read.author}"


def _voided(old: DocumentRead, new: DocumentRead) -> str:
    approved = {row.number for row in new.versions if row.approved}
    if old.version in approved and new.version not in approved:
        return f"v{old.version} was approved; v{new.version} is not"
    return "None voided"


def _sections(lines: tuple[DiffLine, ...]) -> Iterator[tuple[str, list[DiffLine]]]:
    """Yield the lines under each heading of the second level, under its newer name."""
    title, held = "", list[DiffLine]()
    for line in lines:
        text = "".join(piece.text for piece in line.new or line.old)
        if text.startswith("## "):
            if held:
                yield title, held
            title, held = text.removeprefix("## ").strip(), []
        held.append(line)
    if held:
        yield title, held


def _differs(lines: list[DiffLine]) -> bool:
    return any(line.change is not Change.SAME for line in lines)


def _rows(sections: list[tuple[str, list[DiffLine]]]) -> Iterator[DiffRow]:
    same: list[str] = []
    for title, lines in sections:
        if not _differs(lines):
            same.append(title or "The beginning")
            continue
        if same:
            yield _fold(same)
            same = []
        yield from (_row(line) for line in lines if _visible(line))
    if same:
        yield _fold(same)


def _fold(titles: list[str]) -> DiffRow:
    listed = ", ".join(titles[:LISTED])
    more = len(titles) - LISTED
    return DiffRow("fold", f"{listed}{f' and {more} more' if more > 0 else ''}: unchanged")


def _visible(line: DiffLine) -> bool:
    return any(piece.text.strip() for piece in (*line.old, *line.new))


def _row(line: DiffLine) -> DiffRow:
    text = "".join(piece.text for piece in line.new)
    if line.change is Change.SAME and text.startswith("#"):
        return DiffRow("head", text.lstrip("# "))
    return DiffRow(line.change.value, "", _pieces(line.old), _pieces(line.new))


def _pieces(pieces: tuple[Piece, ...]) -> list[DiffPiece]:
    return [DiffPiece(piece.text, piece.differs) for piece in pieces]
