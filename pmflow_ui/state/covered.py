"""What an approval covers, with what changed since the last one, as it is drawn."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pmflow_core.board.approvals import BoundDocument
from pmflow_core.documents.diff import Change, DiffLine, Piece

MOST_LINES = 120


@dataclass(frozen=True)
class ChangedLine:
    """A line that was added (`a`), removed (`d`) or stands near one (`s`)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Covered:
    """A document that the approval binds; `lines` show what changed."""

    title: str
    version: str
    change: str
    href: str
    lines: list[ChangedLine] = field(default_factory=list)
    more: str = ""
    dropped: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)


def covered(document: BoundDocument, base: str, key: str) -> Covered:
    """Return a bound document; `base` is the workspace's address."""
    lines = list(_lines(document.lines))
    is_new = document.approved_version is None
    since = f"+{document.added} −{document.removed} lines since v{document.approved_version}"
    changed = since if document.added or document.removed else "unchanged"
    return Covered(
        title=document.title,
        version=f"v{document.version}",
        change="not approved before" if is_new else changed,
        href=f"{base}/projects/{key}/documents/{document.type}",
        lines=lines[:MOST_LINES],
        more=f"{len(lines) - MOST_LINES} more lines" if len(lines) > MOST_LINES else "",
        dropped=list(document.requirements_dropped),
        added=[] if is_new else list(document.requirements_added),
    )


def _lines(found: tuple[DiffLine, ...]) -> Iterator[ChangedLine]:
    for line in found:
        old, new = _text(line.old), _text(line.new)
        if line.change is Change.SAME:
            yield ChangedLine("s", new)
            continue
        if line.old_number is not None:
            yield ChangedLine("d", old)
        if line.new_number is not None:
            yield ChangedLine("a", new)


def _text(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)
