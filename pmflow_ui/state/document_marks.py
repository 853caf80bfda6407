"""Puts what is known about a document onto its blocks: citations, coverage, uncited claims."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pmflow_core.board.schemas import CitationRead, DocumentRead, SectionRead
from pmflow_core.documents.markdown import normal_title
from pmflow_ui.prose import Block, Cell, Line, Span, parse_document
from pmflow_ui.state.project_rows import ticks_of

WORDS_SHOWN = 360


def marked_blocks(read: DocumentRead, base: str) -> list[Block]:
    """Return the document's blocks as its page draws them; `base` is the workspace's address."""
    blocks = parse_document(read.content)
    marks = _Marks(read, base)
    return [marks.on(block) for block in blocks]


class _Marks:
    """What is still to be put on the blocks, in the order of the document."""

    def __init__(self, read: DocumentRead, base: str) -> None:
        self._base = base
        self._citations: dict[int, deque[CitationRead]] = defaultdict(deque)
        for cited in sorted(read.citations, key=lambda each: each.start):
            self._citations[cited.signal].append(cited)
        self._sections = {normal_title(section.name): section for section in read.sections}
        self._claims = [plain for plain in map(_plain, read.uncited) if plain]

    def on(self, block: Block) -> Block:
        """Return the block with its marks."""
        if block.kind == "h2":
            title = _text(block.spans)
            return replace(_measured(block, self._sections.get(normal_title(title))), text=title)
        rows = [
            Line([Cell(self._spans(cell.spans)) for cell in line.cells])
            for line in self._underlined_rows(block.rows)
        ]
        spans = block.spans
        if block.kind in ("p", "li"):
            for claim in self._claims:
                spans = _underlined(spans, claim)
        return replace(block, spans=self._spans(spans), rows=rows)

    def _spans(self, spans: Sequence[Span]) -> list[Span]:
        return [self._cited(span) if span.kind == "cite" else span for span in spans]

    def _cited(self, span: Span) -> Span:
        """Return a citation with its own occurrence's words; the last one serves any further."""
        found = self._citations.get(int(span.text.removeprefix("S-")))
        if not found:
            return span
        return citation_span(found.popleft() if len(found) > 1 else found[0], self._base)

    def _underlined_rows(self, rows: Sequence[Line]) -> Iterator[Line]:
        for row in rows:
            text = " ".join(" | ".join(_text(cell.spans) for cell in row.cells).split())
            uncited = any(claim in text for claim in self._claims)
            yield Line([Cell(_all_uncited(cell.spans)) for cell in row.cells]) if uncited else row


def citation_span(cited: CitationRead, base: str) -> Span:
    """Return a citation as the chip and its card show it."""
    start, end = cited.quote_start, cited.quote_end
    if start is None or end is None:
        check = "altered" if cited.quote else ""
        before, quote, after = "", _short(cited.verbatim), ""
    else:
        check = "verbatim"
        room = max(40, (WORDS_SHOWN - (end - start)) // 2)
        before, quote = cited.verbatim[:start], cited.verbatim[start:end]
        before = before if len(before) <= room else f"…{before[-room:]}"
        after = cited.verbatim[end:]
        after = after if len(after) <= room else f"{after[:room]}…"
    return Span(
        kind="cite",
        text=f"S-{cited.signal}",
        href=f"{base}/signals?signal={cited.signal}",
        quote=quote,
        customer=", ".join(part for part in (cited.segment, cited.customer) if part),
        when=cited.received_at.isoformat(),
        before=before,
        after=after,
        severity=cited.severity or "",
        check=check,
    )


def _short(text: str) -> str:
    return text if len(text) <= WORDS_SHOWN else f"{text[:WORDS_SHOWN]}…"


def _measured(block: Block, section: SectionRead | None) -> Block:
    if section is None or not section.claims:
        return block
    said = f"{section.cited} of {section.claims} cited"
    return replace(block, ticks=ticks_of(section.cited, section.claims), coverage=said)


def _text(spans: Sequence[Span]) -> str:
    return "".join(span.text for span in spans)


def _plain(markdown: str) -> str:
    """Return a claim's words as the page shows them, without the marks of Markdown."""
    return " ".join(_text([s for block in parse_document(markdown) for s in block.spans]).split())


def _all_uncited(spans: Sequence[Span]) -> list[Span]:
    return [span if span.kind == "cite" else replace(span, uncited=True) for span in spans]


def _underlined(spans: list[Span], claim: str) -> list[Span]:
    """Return the spans with the claim's words underlined, split where it begins and ends."""
    start = _text(spans).find(claim)
    if start < 0:
        return spans
    end, at = start + len(claim), 0
    found: list[Span] = []
    for span in spans:
        first, last = max(start - at, 0), min(end - at, len(span.text))
        at += len(span.text)
        if first >= last or span.kind in ("cite", "code", "link"):
            found.append(span)
            continue
        parts = ((0, first, False), (first, last, True), (last, len(span.text), False))
        found += [
            replace(span, text=span.text[a:b], uncited=span.uncited or hit)
            for a, b, hit in parts
            if a < b
        ]
    return found
