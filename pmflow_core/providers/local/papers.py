"""Reads earlier documents of a project: sections, lists, requirement ids, open questions."""

import re
from collections.abc import Mapping

_ID = re.compile(r"\bR0*([1-9]\d{0,3})(?:\s*(?:–|—|-|to)\s*R0*([1-9]\d{0,3}))?\b")
_WIDEST = 50
_QUESTION = re.compile(r"^\s*[-*+]\s+\*\*(?P<owner>[^*\n]{2,60}):\*\*\s+(?P<text>\S.*\?.*)$", re.M)
_LABEL = re.compile(r"^(?:[-*+]\s*)?(?:\*\*)?accept(?:ed|ance)\b[^\n]{0,40}:\W*$", re.IGNORECASE)
_ITEM = re.compile(r"^(\s*)[-*+]\s+(?:\[[ x]\]\s+)?(\S.*)$")


def section(markdown: str, name: str) -> str:
    """What stands under a level-two heading; providers know nothing of stored documents."""
    match = re.search(
        rf"^##\s+{re.escape(name)}\s*$(.*?)(?=^##?\s|\Z)",
        markdown,
        re.MULTILINE | re.DOTALL | re.IGNORECASE,
    )
    return match.group(1).strip() if match else ""


def find_section(documents: Mapping[str, str], name: str) -> str:
    """The first section of that name in any of the documents."""
    found = (section(text, name) for text in documents.values())
    return next((one for one in found if one), "")


def names(markdown: str, requirement: str) -> bool:
    """True when a text names a requirement by its id."""
    return requirement in ids(markdown)


def ids(markdown: str) -> tuple[str, ...]:
    """The ids of the requirements that a text names, in order; R2–R4 names all three."""
    found: dict[str, None] = {}
    for match in _ID.finditer(markdown):
        first, last = int(match[1]), int(match[2] or match[1])
        whole = range(first, last + 1) if last - first <= _WIDEST else (first, last)
        found.update((f"R{number}", None) for number in whole)
    return tuple(found)


def items(markdown: str) -> tuple[str, ...]:
    """The list items of a text, without their marks."""
    return tuple(match[2] for match in map(_ITEM.match, markdown.splitlines()) if match)


def questions(markdown: str) -> tuple[tuple[str, str], ...]:
    """Open questions of a document, each with the role that owns it."""
    return tuple((match["owner"], match["text"].strip()) for match in _QUESTION.finditer(markdown))


def accepted_when(block: str) -> tuple[str, ...]:
    """The items under a line such as *Accepted when:* in what is said of one requirement."""
    found: list[str] = []
    depth = -1
    for line in block.splitlines():
        if _LABEL.match(line.strip()):
            depth = len(line) - len(line.lstrip())
            continue
        item = _ITEM.match(line)
        if depth < 0 or not line.strip():
            continue
        if item is None or (len(item[1]) <= depth and found):
            depth = -1
        else:
            found.append(item[2].strip())
    return tuple(found)
