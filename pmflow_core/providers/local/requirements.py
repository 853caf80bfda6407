"""The requirements a document is about: those of the project's PRD, else one per problem."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pmflow_core.providers.local.analysis import Analysis, Problem
from pmflow_core.providers.local.kinds import OTHER, Kind
from pmflow_core.providers.local.phrases import inline, topic

_STATED = re.compile(
    r"^\s*(?:[-*+]|\d+[.)]|#{2,6})?\s*(?:\*\*)?(?P<id>R\d{1,3})\b\s*[—–:.)-]*\s*(?P<rest>\S.*)$",
    re.MULTILINE,
)
_NUMBER = re.compile(r"\bS-(\d{1,18})\b")
_ENOUGH = 0.6


@dataclass(frozen=True)
class Requirement:
    """One requirement with the signals behind it and the problem it answers."""

    id: str
    title: str
    subject: str
    kind: Kind
    numbers: tuple[int, ...]
    problem: Problem | None
    in_mvp: bool


def requirements(analysis: Analysis, documents: Mapping[str, str]) -> tuple[Requirement, ...]:
    """Every requirement of the PRD, as people may have edited it; none is dropped on the way."""
    stated = _stated(documents.get("prd", ""), analysis)
    return stated or _derived(analysis)


def _derived(analysis: Analysis) -> tuple[Requirement, ...]:
    """One requirement per problem; the first release holds those most of the signals need."""
    found: list[Requirement] = []
    covered = 0
    for position, problem in enumerate(analysis.problems):
        in_mvp = covered < _ENOUGH * max(1, analysis.speaking)
        covered += len(problem.members)
        subject = topic(problem.name)
        title = problem.kind.requirement.format(name=subject)
        found.append(
            Requirement(
                f"R{position + 1}", title, subject, problem.kind, problem.numbers, problem, in_mvp
            )
        )
    return tuple(found)


def _stated(prd: str, analysis: Analysis) -> tuple[Requirement, ...]:
    mvp = _section(prd, "MVP Scope")
    in_mvp = set(re.findall(r"\bR\d{1,3}\b", mvp))
    known = {one.number for one in analysis.evidence}
    found: dict[str, Requirement] = {}
    for match in _STATED.finditer(_section(prd, "Requirements")):
        cited = tuple(
            dict.fromkeys(
                int(number) for number in _NUMBER.findall(match["rest"]) if int(number) in known
            )
        )
        problem = _answered(cited, analysis)
        title = _title(match["rest"])
        found.setdefault(
            match["id"],
            Requirement(
                match["id"],
                title,
                topic(problem.name) if problem and problem.name in title else title,
                problem.kind if problem and problem.name in title else OTHER,
                cited or (problem.numbers if problem else ()),
                problem,
                match["id"] in in_mvp or not in_mvp,
            ),
        )
    return tuple(found.values())


def _section(markdown: str, name: str) -> str:
    """What stands under a level-two heading; providers know nothing of stored documents."""
    match = re.search(
        rf"^##\s+{re.escape(name)}\s*$(.*?)(?=^##?\s|\Z)",
        markdown,
        re.MULTILINE | re.DOTALL | re.IGNORECASE,
    )
    return match.group(1) if match else ""


def _title(rest: str) -> str:
    """The bold part or the first sentence of a stated requirement; topics keep their stars."""
    head = re.split(r"\*\*|\[S-|(?<=[a-z])[.:]\s", rest, maxsplit=1)[0]
    parts = [inline(part, 120) for part in head.split("*")]
    if len(parts) == 3 and parts[1]:
        tail = f" {parts[2]}" if parts[2][:1].isalnum() else parts[2]
        return f"{parts[0]} *{parts[1]}*{tail}".strip().rstrip(".")
    return " ".join(part for part in parts if part).strip(" .*") or "Unnamed requirement"


def _answered(cited: Collection[int], analysis: Analysis) -> Problem | None:
    shared = [(len(set(cited) & set(one.numbers)), one) for one in analysis.problems]
    most, problem = max(shared, key=lambda pair: pair[0], default=(0, None))
    return problem if most else None
