"""Two signals side by side as the browser draws them, the words that match marked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pmflow_core.signals.likeness import marked
from pmflow_core.signals.schemas import PairRead, SignalRead
from pmflow_ui.figures import counted

SHOWN_CHARS = 1_200


@dataclass(frozen=True)
class Piece:
    """A run of a text; `matches` when the other text has the word too."""

    text: str
    matches: bool


@dataclass(frozen=True)
class Side:
    """One of the two signals."""

    number: int = 0
    role: str = ""
    pieces: list[Piece] = field(default_factory=list)
    customer: str = ""
    source: str = ""
    received: str = ""
    severity: str = ""
    status: str = ""
    copies: str = ""


@dataclass(frozen=True)
class Pair:
    """The signal that a merge keeps, the one it merges, and how alike they are."""

    kept: Side = field(default_factory=Side)
    merged: Side = field(default_factory=Side)
    likeness: str = ""
    words: str = ""


def as_pair(read: PairRead) -> Pair:
    """Return two signals as they are shown side by side."""
    likeness = "The same text"
    if not read.is_same_text:
        likeness = "Not compared yet"
        if read.similarity is not None:
            likeness = f"Similarity {read.similarity:.2f}"
    return Pair(
        kept=_side(read.kept, "Kept: it came first", read.kept_text, read.words),
        merged=_side(read.merged, "Merged into it", read.merged_text, read.words),
        likeness=likeness,
        words=", ".join(read.words),
    )


def _side(row: SignalRead, role: str, text: str, words: Sequence[str]) -> Side:
    shown = text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS].rstrip()}…"
    return Side(
        number=row.number,
        role=role,
        pieces=[Piece(piece, matches) for piece, matches in marked(shown, words)],
        customer=row.customer or "",
        source=row.source.value.capitalize(),
        received=row.received_at.isoformat(),
        severity=row.severity.value if row.severity else "",
        status=row.status.value.capitalize(),
        copies=f"with {counted(row.copies, 'merged signal')}" if row.copies else "",
    )
