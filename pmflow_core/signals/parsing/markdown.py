"""Markdown cut into paragraphs, list items, quotations and table rows; headings say no feedback."""

import re
from collections.abc import Iterator, Sequence

from pmflow_core.signals.parsing.prose import (
    Piece,
    TextLine,
    join_lines,
    piece_of,
    text_lines,
)

_NO_FEEDBACK = re.compile(
    r" {0,3}(?:#{1,6}(?:\s|$)|(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$|```|~~~)"
)
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*$")
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?")
_QUOTE = re.compile(r"\s{0,3}(?:>\s?){1,20}")
_TABLE_ROW = re.compile(r"\s*\|.*\|\s*$")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)(?:\n|\Z)", re.DOTALL)
# no rule, underline or heading is longer; the patterns' cost grows with the line
_MAX_MARK_CHARS = 300
_TABLE_RULE_CHARS = frozenset(" \t|:-")
_LETTER = re.compile(r"[^\W_]")


def split_markdown(document: str) -> Iterator[Piece]:
    """The pieces of a Markdown document in order, without their markers.

    Front matter, comments, headings, rules, fences and the heads of tables are left out.
    """
    visible = _without_comments(_FRONT_MATTER.sub(_blank, document))
    for block in _blocks(text_lines(visible)):
        piece = _to_piece(block)
        if _LETTER.search(piece.text):
            yield piece


def _without_comments(document: str) -> str:
    # found by hand: the pattern would look for the end of each unclosed comment anew
    kept: list[str] = []
    begin = 0
    while (opened := document.find("<!--", begin)) >= 0:
        closed = document.find("-->", opened + 4)
        if closed < 0:
            break
        kept.append(document[begin:opened])
        kept.append(re.sub(r"[^\n]", " ", document[opened : closed + 3]))
        begin = closed + 3
    return "".join(kept) + document[begin:]


def _blank(match: re.Match[str]) -> str:
    """As many blanks as the match has characters, so that offsets stay."""
    return re.sub(r"[^\n]", " ", match.group())


def _blocks(lines: Sequence[TextLine]) -> Iterator[list[TextLine]]:
    block: list[TextLine] = []
    for line in lines:
        if block and _makes_heading(block, line.text):
            block = []
            continue
        if not line.text.strip() or _is_mark(_NO_FEEDBACK, line.text):
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


def _is_mark(pattern: re.Pattern[str], text: str) -> bool:
    return len(text) <= _MAX_MARK_CHARS and pattern.match(text) is not None


def _makes_heading(block: Sequence[TextLine], text: str) -> bool:
    """True if the line makes the lines before it a heading, or the head of a table."""
    if "|" in text and "-" in text and not set(text) - _TABLE_RULE_CHARS:
        return True
    return _is_mark(_UNDERLINE, text) and not _starts_own_block(block[0].text)


def _starts_own_block(text: str) -> bool:
    return bool(_ITEM.match(text) or _QUOTE.match(text))


def _begins_block(text: str, before: str) -> bool:
    if _ITEM.match(text) or _TABLE_ROW.match(text):
        return True
    return bool(_QUOTE.match(text)) != bool(_QUOTE.match(before))


def _to_piece(block: Sequence[TextLine]) -> Piece:
    if _QUOTE.match(block[0].text):
        return _quotation(block)
    head = _after(_ITEM, block[0])
    if len(block) == 1:
        return piece_of(head.offset, head.number, head.text)
    return join_lines([head, *block[1:]])


def _quotation(block: Sequence[TextLine]) -> Piece:
    """The words of a quotation without its marks, from the first line that has some."""
    lines = [_after(_QUOTE, line) for line in block]
    first = next((line for line in lines if line.text), lines[0])
    text = " ".join(line.text.strip() for line in lines)
    last = next((line for line in reversed(lines) if line.text), lines[-1])
    end = last.offset + len(last.text.rstrip())
    return Piece(first.offset, first.number, text.strip(), end)


def _after(marker: re.Pattern[str], line: TextLine) -> TextLine:
    found = marker.match(line.text)
    rest = line.text[found.end() :] if found else line.text
    start = len(line.text) - len(rest.lstrip())
    return TextLine(line.offset + start, line.number, line.text[start:])
