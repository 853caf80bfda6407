"""Reads the requirements of a PRD by their ids, so that none is lost between documents."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pmflow_core.documents.markdown import find_section

_ID = r"R0*(?P<number>[1-9]\d{0,3})"
_STATED = re.compile(
    rf"^[ \t]*(?:[-*+][ \t]|\d+[.)][ \t]|#{{2,6}}[ \t]|\|)?[ \t]*(?:\[[ xX]\][ \t])?"
    rf"[*_`]{{0,3}}{_ID}\b[*_`]{{0,3}}[ \t]*[—–:.)|-]*[ \t]*(?P<rest>[^\n]*)$",
    re.MULTILINE,
)
_NAMED = re.compile(rf"\b{_ID}\b")
_RANGE = re.compile(r"\bR0*([1-9]\d{0,3})\s*(?:–|—|-|to)\s*R0*([1-9]\d{0,3})\b")
_AFTER_TITLE = re.compile(r"\[S-|\[assumption|(?<=[a-z\d)])[.:;](?:\s|$)|\*\*|__|\|")
_MARKS = re.compile(r"[*_`\[\]<>#]+")
_LONGEST_TITLE = 120
_WIDEST_RANGE = 50


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement as the PRD states it; `in_mvp` when the first release holds it."""

    id: str
    title: str
    in_mvp: bool


def requirements(prd: str) -> tuple[Requirement, ...]:
    """Return what the section Requirements numbers R1, R2, …, in order.

    The first release holds those that MVP Scope names; where it names none, it holds all.
    """
    found: dict[str, str] = {}
    for match in _STATED.finditer(_body(prd, "Requirements")):
        found.setdefault(f"R{match['number']}", _title(match["rest"]))
    first = named_ids(_body(prd, "MVP Scope")) & found.keys() or found.keys()
    return tuple(Requirement(one, title, one in first) for one, title in found.items())


def requirement_ids(prd: str) -> tuple[str, ...]:
    """Return the ids of all requirements of a PRD, in order."""
    return tuple(one.id for one in requirements(prd))


def mvp_ids(prd: str) -> tuple[str, ...]:
    """Return the ids of the requirements that the first release holds, in order."""
    return tuple(one.id for one in requirements(prd) if one.in_mvp)


def named_ids(markdown: str) -> frozenset[str]:
    """Return every requirement id that a text names; `R2–R4` names all three."""
    return frozenset(
        {f"R{match['number']}" for match in _NAMED.finditer(markdown)} | set(_ranged(markdown))
    )


def dropped(prd: str, named: Collection[str], *, mvp: bool = False) -> tuple[Requirement, ...]:
    """Return the requirements of a PRD (with `mvp` of its first release) that are not named."""
    return tuple(
        one for one in requirements(prd) if one.id not in named and (one.in_mvp or not mvp)
    )


def _ranged(markdown: str) -> Iterator[str]:
    for match in _RANGE.finditer(markdown):
        first, last = int(match[1]), int(match[2])
        if first <= last <= first + _WIDEST_RANGE:
            yield from (f"R{number}" for number in range(first, last + 1))


def _body(markdown: str, name: str) -> str:
    section = find_section(markdown, name)
    return section.body if section else ""


def _title(rest: str) -> str:
    """What the requirement is called: its first phrase, without marks."""
    words = " ".join(_MARKS.sub(" ", _AFTER_TITLE.split(rest.strip("* _"), maxsplit=1)[0]).split())
    if len(words) > _LONGEST_TITLE:
        words = words[: _LONGEST_TITLE - 1].rstrip() + "…"
    return words.strip(" .:—–-") or "Unnamed requirement"
