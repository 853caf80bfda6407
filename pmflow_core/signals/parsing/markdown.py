"""Markdown cut into paragraphs, list items, quotations and table rows; headings say no feedback."""

import re
from collections.abc import Iterator, Sequence

from pmflow_core.signals.parsing.prose import Piece, TextLine, join_lines, text_lines

_NO_FEEDBACK = re.compile(
    r" {0,3}(?:#{1,6}(?:\s|$)|(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$|```|~~~)"
)
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*$")
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?")
_QUOTE = re.compile(r"\s{0,3}(?:>\s?)+")
_TABLE_RULE = re.compile(r"[\s|:-]*-[\s|:-]*$")
_TABLE_ROW = re.compile(r"\s*\|.*\|\s*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)(?:\n|\Z)", re.DOTALL)
_LETTER = re.compile(r"[^\W_]")


def split_markdown(document: str) -> Iterator[Piece]:
    """The pieces of a Markdown document in order, without their markers.

    Front matter, comments, headings, rules, fences and the heads of tables are left out.
    """
    visible = _blanked(_COMMENT, _blanked(_FRONT_MATTER, document))
    for block in _blocks(text_lines(visible)):
        piece = _to_piece(block)
        if _LETTER.search(piece.text):
            yield piece


def _blanked(pattern: re.Pattern[str], document: str) -> str:
    """The document with each match replaced by as many blanks, so that offsets stay."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), document)


def _blocks(lines: Sequence[TextLine]) -> Iterator[list[TextLine]]:
    block: list[TextLine] = []
    for line in lines:
        if block and _UNDERLINE.match(line.text) and not _starts_own_block(block[0].text):
            block = []
            continue
        if block and _TABLE_RULE.match(line.text) and "|" in line.text:
            block = []
            continue
        if not line.text.strip() or _NO_FEEDBACK.match(line.text):
            yield from _unless_empty(block)
            block = []
            continue
        if block and _begins_block(line.text, block[-1].text):
            yield block
            block = []
        block.append(line)
    yield from _unless_empty(block)


def _unless_empty(block: list[TextLine]) -> Iterator[list[TextLine]]:
    if block:
        yield block


def _starts_own_block(text: str) -> bool:
    return bool(_ITEM.match(text) or _QUOTE.match(text))


def _begins_block(text: str, before: str) -> bool:
    if _ITEM.match(text) or _TABLE_ROW.match(text):
        return True
    return bool(_QUOTE.match(text)) != bool(_QUOTE.match(before))


def _to_piece(block: Sequence[TextLine]) -> Piece:
    first = block[0]
    marker = _QUOTE.match(first.text) or _ITEM.match(first.text)
    start = marker.end() if marker else len(first.text) - len(first.text.lstrip())
    if len(block) == 1:
        return Piece(first.offset + start, first.number, first.text[start:].rstrip())
    if _QUOTE.match(first.text):
        # the marks of a quotation are not its words
        text = " ".join(_QUOTE.sub("", line.text, count=1).strip() for line in block)
        return Piece(first.offset + start, first.number, text.strip())
    head = TextLine(first.offset + start, first.number, first.text[start:])
    return join_lines([head, *block[1:]])
