"""Reads a document's claims: what it states in the sections that must show evidence."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pmflow_core.documents.blocks import Block, BlockKind, blocks
from pmflow_core.documents.citations import CITATION, cited_numbers
from pmflow_core.documents.markdown import normal_title
from pmflow_core.documents.sentences import sentence_spans

_ASSUMPTION = re.compile(r"\[assumption:\s*[^\]\s][^\]]*\]", re.IGNORECASE)
_LABEL = re.compile(r"(?:\*\*|__)[^*_]+(?:\*\*|__):?")
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Claim:
    """One statement of an evidence-bearing section, with the signals it cites.

    `exempt` says that it is marked `[assumption: owner]`. Offsets are code points into the
    document.
    """

    section: str
    text: str
    start: int
    end: int
    citations: tuple[int, ...]
    exempt: bool


def claims(markdown: str, evidence_sections: Collection[str]) -> tuple[Claim, ...]:
    """The claims of a document in order.

    A sentence of a paragraph is a claim; so is a table row, and so is a list item up to and
    including its last citation: what an item says after that is a claim of its own. Headings,
    table heads, block quotes, labels, questions and lead-ins to a list claim nothing.
    """
    wanted = {normal_title(name): name for name in evidence_sections}
    found: list[Claim] = []
    for row in _rows(blocks(markdown)):
        block = row[0]
        section = next((wanted[name] for name in block.headings if name in wanted), None)
        if section is None or block.kind in (BlockKind.QUOTE, BlockKind.HEAD):
            continue
        if block.introduces_list and block.text.rstrip("*_").endswith(":"):
            continue
        found.extend(_claim(section, text, span) for text, span in _statements(row))
    return tuple(found)


def _rows(texts: Iterator[Block]) -> Iterator[list[Block]]:
    """Yield texts one by one, but the cells of one table row together."""
    row: list[Block] = []
    for block in texts:
        if row and not (block.kind is BlockKind.ROW and block.line == row[0].line):
            yield row
            row = []
        row.append(block)
    if row:
        yield row


def _statements(row: list[Block]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield what a text states, with the span in the document."""
    block = row[0]
    if block.kind is BlockKind.ROW:
        text = " | ".join(cell.text for cell in row)
        if _states(text):
            yield text, (block.offsets[0], row[-1].offsets[-1] + 1)
        return
    spans = sentence_spans(block.text)
    for start, end in spans if block.kind is BlockKind.PARAGRAPH else _grouped(block.text, spans):
        if _states(block.text[start:end]):
            yield block.text[start:end], (block.offsets[start], block.offsets[end - 1] + 1)


def _grouped(text: str, spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join the sentences of a list item up to each citation; the rest stays one claim."""
    start: int | None = None
    end = 0
    for first, end in spans:
        start = first if start is None else start
        if _is_supported(text[first:end]):
            yield start, end
            start = None
    if start is not None:
        yield start, end


def _is_supported(sentence: str) -> bool:
    return CITATION.search(sentence) is not None or _ASSUMPTION.search(sentence) is not None


def _states(text: str) -> bool:
    """True when the text asserts something: not a bare label, a question or punctuation."""
    bare = _ASSUMPTION.sub("", CITATION.sub("", text)).strip()
    if not _WORD.search(bare):
        return False
    return _is_supported(text) or not (bare.endswith("?") or _LABEL.fullmatch(bare))


def _claim(section: str, text: str, span: tuple[int, int]) -> Claim:
    numbers = tuple(sorted(cited_numbers(text)))
    exempt = _ASSUMPTION.search(text) is not None
    return Claim(section, text, span[0], span[1], numbers, exempt)
