"""A document's Markdown as a flat list of blocks, which is all that a page ever draws of it.

Markup in the text stays text: no HTML, no images, links only to where the policy allows.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_CITED = re.compile(r"(\[S-\d+(?:\s*[,;]\s*S-\d+)*\])")
_NUMBER = re.compile(r"S-(\d{1,18})")
_ALLOWED = re.compile(r"^(https?://[^\s]+|mailto:[^\s]+|/(?![/\\])[^\s]*|#[^\s]*)$", re.IGNORECASE)
_STYLES = {
    "strong_open": "strong",
    "em_open": "em",
    "strong_close": "text",
    "em_close": "text",
    "link_close": "text",
}
_HEADINGS = {"h1": "h1", "h2": "h2", "h3": "h3"}


@dataclass(frozen=True)
class Cited:
    """What a citation chip shows of its signal on hover, and where it leads."""

    href: str
    quote: str = ""
    customer: str = ""
    when: str = ""


@dataclass(frozen=True)
class Span:
    """A run of text of one kind: text, strong, em, code, link or cite.

    A citation may carry the signal's words, of which `quote` stands between `before` and `after`;
    `check` says whether they are quoted `verbatim`, or `altered`. `uncited` marks a claim without
    a citation.
    """

    kind: str
    text: str
    href: str = ""
    quote: str = ""
    customer: str = ""
    when: str = ""
    before: str = ""
    after: str = ""
    severity: str = ""
    check: str = ""
    uncited: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell of a table."""

    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One row of a table."""

    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True)
class Block:
    """One block: h1 to h4, p, li, quote, code, table or rule; `indent` counts list levels.

    A section's heading on which people comment has its title as `text`. A heading may carry
    `ticks`, one a claim of its section, and their `coverage` in words.
    """

    kind: str
    anchor: str = ""
    mark: str = ""
    indent: int = 0
    text: str = ""
    spans: list[Span] = field(default_factory=list)
    rows: list[Line] = field(default_factory=list)
    ticks: list[str] = field(default_factory=list)
    coverage: str = ""


def parse_document(markdown: str, cited: Mapping[int, Cited] | None = None) -> list[Block]:
    """Return the blocks of a document; `cited` tells what its citations lead to.

    A citation of a number that is not in `cited` is shown without a link.
    """
    return list(_Reader(cited or {}).read(_PARSER.parse(markdown)))


def anchor_of(heading: str) -> str:
    """Return the fragment that leads to a heading."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def allowed_href(href: str) -> str:
    """Return a link's address when the policy allows it, else an empty string."""
    return href if _ALLOWED.match(href) else ""


def _leaf(token: Token, kind: str, href: str) -> Span:
    """Return code as code, an image as its words, a line's end as a space, HTML as its text."""
    if token.type == "code_inline":
        return Span("code", token.content)
    if token.type == "image":
        return Span("em", f"[image: {token.content}]")
    return Span(kind, token.content or " ", href)


class _Reader:
    """Walks the parser's tokens once; a list's marks and a quote's depth are its only memory."""

    def __init__(self, cited: Mapping[int, Cited]) -> None:
        self._cited = cited
        self._lists: list[int] = []
        self._quoted = 0
        self._mark = ""
        self._heading = ""

    def read(self, tokens: list[Token]) -> Iterator[Block]:
        """Yield the blocks in order."""
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.type == "table_open":
                end = next(
                    at for at in range(position, len(tokens)) if tokens[at].type == "table_close"
                )
                yield Block("table", rows=list(self._rows(tokens[position:end])))
                position = end
            elif token.type in ("fence", "code_block"):
                yield Block("code", text=token.content.rstrip("\n"))
            elif token.type == "hr":
                yield Block("rule")
            elif token.type == "inline":
                yield self._block(token)
            else:
                self._note(token)
            position += 1

    def _note(self, token: Token) -> None:
        match token.type:
            case "ordered_list_open":
                self._lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_open":
                self._lists.append(0)
            case "ordered_list_close" | "bullet_list_close":
                self._lists.pop()
            case "list_item_open":
                self._open_item()
            case "blockquote_open" | "blockquote_close":
                self._quoted += token.nesting
            case "heading_open":
                self._heading = _HEADINGS.get(token.tag, "h4")
            case _:
                pass

    def _open_item(self) -> None:
        number = self._lists[-1]
        self._mark = f"{number}." if number else "–"
        if number:
            self._lists[-1] = number + 1

    def _block(self, token: Token) -> Block:
        spans = list(self._spans(token.children or []))
        if self._heading:
            kind, self._heading = self._heading, ""
            return Block(kind, anchor=anchor_of("".join(span.text for span in spans)), spans=spans)
        if self._lists:
            mark, self._mark = self._mark, ""
            return Block("li", mark=mark, indent=len(self._lists) - 1, spans=spans)
        return Block("quote" if self._quoted else "p", spans=spans)

    def _rows(self, tokens: list[Token]) -> Iterator[Line]:
        cells: list[Cell] = []
        for token in tokens:
            if token.type == "inline":
                cells.append(Cell(list(self._spans(token.children or []))))
            elif token.type == "tr_close":
                yield Line(cells)
                cells = []

    def _spans(self, tokens: list[Token]) -> Iterator[Span]:
        kind, href = "text", ""
        for token in tokens:
            if token.type in _STYLES:
                kind, href = _STYLES[token.type], ""
            elif token.type == "link_open":
                href = allowed_href(str(token.attrGet("href") or ""))
                kind = "link" if href else "text"
            elif token.type == "text":
                yield from self._text(token.content, kind, href)
            else:
                yield _leaf(token, kind, href)

    def _text(self, text: str, kind: str, href: str) -> Iterator[Span]:
        for part in _CITED.split(text):
            if _CITED.fullmatch(part):
                for number in _NUMBER.findall(part):
                    yield self._citation(int(number))
            elif part:
                yield Span(kind, part, href)

    def _citation(self, number: int) -> Span:
        found = self._cited.get(number)
        if found is None:
            return Span("cite", f"S-{number}")
        return Span("cite", f"S-{number}", found.href, found.quote, found.customer, found.when)
