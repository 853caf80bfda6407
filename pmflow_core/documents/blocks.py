"""The texts of a document that can hold claims: paragraphs, list items and table rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from markdown_it.token import Token

from pmflow_core.documents.markdown import Source, normal_title, parse, plain


class BlockKind(StrEnum):
    """What a text stands in."""

    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    QUOTE = "quote"
    HEAD = "head"


@dataclass(frozen=True)
class Block:
    """A run of text, the offset in the document of each of its characters, and its headings."""

    kind: BlockKind
    text: str
    offsets: tuple[int, ...]
    headings: tuple[str, ...]
    introduces_list: bool
    line: int


def blocks(markdown: str) -> Iterator[Block]:
    """Yield the texts of a document in order; code, HTML and rules are none."""
    source = parse(markdown)
    path: list[tuple[int, str]] = []
    containers: list[str] = []
    cursor = 0
    for position, token in enumerate(source.tokens):
        _track(containers, token)
        if token.type != "inline" or token.map is None or not token.content.strip():
            continue
        text, offsets = _located(source, token, cursor)
        cursor = offsets[-1] + 1
        kind = _kind(containers)
        if kind is BlockKind.HEAD and "heading_open" in containers and len(containers) == 1:
            level = int(source.tokens[position - 1].tag[1:])
            path = [entry for entry in path if entry[0] < level]
            path.append((level, normal_title(plain(token))))
        names = tuple(name for _, name in path)
        introduces = _list_follows(source.tokens, position)
        yield Block(kind, text, offsets, names, introduces, token.map[0])


def _track(containers: list[str], token: Token) -> None:
    if token.nesting == 1:
        containers.append(token.type)
    elif token.nesting == -1:
        containers.pop()


def _kind(containers: list[str]) -> BlockKind:
    if "blockquote_open" in containers:
        return BlockKind.QUOTE
    if "heading_open" in containers or "thead_open" in containers:
        return BlockKind.HEAD
    if "td_open" in containers:
        return BlockKind.ROW
    if "list_item_open" in containers:
        return BlockKind.ITEM
    return BlockKind.PARAGRAPH


def _list_follows(tokens: tuple[Token, ...], position: int) -> bool:
    """True when the next thing after this text's paragraph is a list, table, quote or code."""
    after = tokens[position + 2] if position + 2 < len(tokens) else None
    opens = ("bullet_list_open", "ordered_list_open", "table_open", "blockquote_open", "fence")
    return after is not None and after.type in opens


def _located(source: Source, token: Token, cursor: int) -> tuple[str, tuple[int, ...]]:
    """The text of an inline token and where each character stands, search going on at `cursor`.

    The parser drops indentation, quote marks and list markers; every line it kept is a span of
    the source line, so it is looked for there. An unescaped table cell may not be: then its
    characters are mapped to the place where it should begin.
    """
    first, last = token.map or (0, 0)
    at = max(source.offset(first), cursor)
    limit = source.offset(last)
    text: list[str] = []
    offsets: list[int] = []
    for line in token.content.split("\n"):
        piece = line.strip()
        found = source.text.find(piece, at, limit)
        start = found if found >= 0 else at
        if text and piece:
            text.append(" ")
            offsets.append(max(start - 1, 0))
        text.extend(piece)
        offsets.extend(min(start + step, max(limit - 1, start)) for step in range(len(piece)))
        at = start + len(piece)
    return "".join(text), tuple(offsets)
