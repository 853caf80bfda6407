"""Finds the sections of a Markdown document by its real headings, with code point offsets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table")
_NUMBERING = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+")
# Within one line only: two stray backticks must not hide the citations between them.
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")


@dataclass(frozen=True)
class MarkdownSection:
    """A heading and what stands under it, up to the next heading of its level or above."""

    title: str
    level: int
    start: int
    body_start: int
    end: int
    body: str


@dataclass(frozen=True)
class Source:
    """A document as it is parsed: its lines by offset, and its tokens."""

    text: str
    line_starts: tuple[int, ...]
    tokens: tuple[Token, ...]

    def offset(self, line: int) -> int:
        """Offset at which a line begins; the end of the text for the line after the last."""
        return self.line_starts[line] if line < len(self.line_starts) else len(self.text)


def parse(markdown: str) -> Source:
    """Parse a document, keeping its text untouched so that offsets hold.

    The parser turns CR, CRLF and NUL into other characters; replacing CR by a line feed first
    (one for one, never two for one) keeps lines and offsets equal to the text given.
    """
    readable = re.sub(r"\r(?=\n)", " ", markdown).replace("\r", "\n")
    starts = [0, *(match.end() for match in re.finditer(r"\n", readable))]
    return Source(markdown, tuple(starts), tuple(_PARSER.parse(readable)))


def plain(token: Token) -> str:
    """Text of an inline token without its markup."""
    return "".join(
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in token.children or ()
    )


def normal_title(title: str) -> str:
    """Form of a heading by which sections are compared: case, numbering and colon removed."""
    bare = _NUMBERING.sub("", " ".join(title.replace("*", "").split()))
    return bare.rstrip(":").strip().casefold()


def _headings(source: Source) -> Iterator[tuple[str, int, int, int]]:
    """Yield title, level, start and end offset of every heading outside quotes and lists."""
    for position, token in enumerate(source.tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            first, last = token.map
            title = plain(source.tokens[position + 1]).strip()
            yield title, int(token.tag[1:]), source.offset(first), source.offset(last)


def sections(markdown: str) -> tuple[MarkdownSection, ...]:
    """All sections of a document in order; a section holds its subsections."""
    headings = list(_headings(parse(markdown)))
    found: list[MarkdownSection] = []
    for position, (title, level, start, body_start) in enumerate(headings):
        later = (head for head in headings[position + 1 :] if head[1] <= level)
        end = next((head[2] for head in later), len(markdown))
        body = markdown[body_start:end]
        found.append(MarkdownSection(title, level, start, body_start, end, body))
    return tuple(found)


def find_section(markdown: str, name: str) -> MarkdownSection | None:
    """The first section of that name, whatever its case; None when there is none."""
    wanted = normal_title(name)
    return next((one for one in sections(markdown) if normal_title(one.title) == wanted), None)


def missing_sections(markdown: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those of `names` for which the document has no heading."""
    present = {normal_title(section.title) for section in sections(markdown)}
    return tuple(name for name in names if normal_title(name) not in present)


def empty_sections(markdown: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those of `names` that have a heading with nothing under it."""
    found = ((name, find_section(markdown, name)) for name in names)
    return tuple(name for name, section in found if section and not section.body.strip())


def mask_code(markdown: str) -> str:
    """The document with code blocks and code spans blanked out, every offset unchanged."""
    source = parse(markdown)
    masked = markdown
    for token in source.tokens:
        if token.type in ("fence", "code_block") and token.map:
            start, end = source.offset(token.map[0]), source.offset(token.map[1])
            masked = masked[:start] + _blank(masked[start:end]) + masked[end:]
    return _CODE_SPAN.sub(lambda match: _blank(match.group()), masked)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
