"""The requirements a document is about: those of the project's PRD, else one per problem."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from pmflow_core.providers.local.analysis import Analysis, Problem
from pmflow_core.providers.local.kinds import OTHER, Kind
from pmflow_core.providers.local.papers import accepted_when, ids, section
from pmflow_core.providers.local.text import inline

_STATED = re.compile(
    r"^[ \t]*(?:[-*+][ \t]|\d+[.)][ \t]|#{2,6}[ \t]|\|)?[ \t]*(?:\[[ xX]\][ \t])?"
    r"[*_`]{0,3}R0*(?P<id>[1-9]\d{0,3})\b[*_`]{0,3}[ \t]*[—–:.)|-]*[ \t]*(?P<rest>\S[^\n]*)$",
    re.MULTILINE,
)
_AFTER_TITLE = re.compile(r"\*\*|__|\||\[S-|\[assumption|(?<=[a-z\d)])[.:;](?:\s|$)")
_NUMBER = re.compile(r"\bS-(\d{1,18})\b")
_ENOUGH = 0.6


@dataclass(frozen=True)
class Requirement:
    """One requirement with the signals behind it and the problem it answers."""

    id: str
    title: str
    clause: str
    goal: str
    kind: Kind
    numbers: tuple[int, ...]
    count: int
    problem: Problem | None
    in_mvp: bool
    accepted: tuple[str, ...] = ()  # as the PRD says it; what its kind asks when it says nothing
    cited: tuple[int, ...] = ()  # what the PRD itself cites for it


def requirements(analysis: Analysis, documents: Mapping[str, str]) -> tuple[Requirement, ...]:
    """Every requirement of the PRD, as people may have edited it; none is dropped on the way."""
    return stated(documents, analysis) or _derived(analysis)


def _derived(analysis: Analysis) -> tuple[Requirement, ...]:
    """One requirement per problem; the first release holds those most of the signals need."""
    found: list[Requirement] = []
    covered, begun = 0, set[str]()
    for position, problem in enumerate(analysis.problems):
        # What concerns the same thing as an earlier one is of little use a release later.
        in_mvp = covered < _ENOUGH * max(1, analysis.speaking) or problem.topic.key in begun
        begun |= problem.topic.stems if in_mvp else set()
        covered += len(problem.members)
        found.append(_answering(f"R{position + 1}", problem, in_mvp=in_mvp))
    return tuple(found)


def _answering(number: str, problem: Problem, *, in_mvp: bool) -> Requirement:
    """The requirement that a problem calls for."""
    topic = problem.topic
    return Requirement(
        number,
        topic.need,
        topic.clause,
        topic.goal,
        problem.kind,
        problem.numbers,
        len(problem.members),
        problem,
        in_mvp,
    )


def stated(documents: Mapping[str, str], analysis: Analysis) -> tuple[Requirement, ...]:
    """The requirements that the project's PRD states; none without one."""
    prd = documents.get("prd", "")
    known = {one.number for one in analysis.evidence}
    body = section(prd, "Requirements")
    matches = list(_STATED.finditer(body))
    ends = [*(match.start() for match in matches[1:]), len(body)]
    every = {f"R{match['id']}" for match in matches}
    first = every.intersection(ids(section(prd, "MVP Scope"))) or every
    found: dict[str, Requirement] = {}
    for match, end in zip(matches, ends, strict=False):
        number, block = f"R{match['id']}", body[match.end() : end]
        cited = _cited(match["rest"], known) or _cited(block, known)
        read = _read(number, _title(match["rest"]), cited, analysis, number in first)
        found.setdefault(number, replace(read, accepted=accepted_when(block), cited=cited))
    return tuple(found.values())


def _cited(text: str, known: Collection[int]) -> tuple[int, ...]:
    numbers = (int(number) for number in _NUMBER.findall(text))
    return tuple(dict.fromkeys(number for number in numbers if number in known))


def _read(
    number: str, title: str, cited: tuple[int, ...], analysis: Analysis, in_mvp: bool
) -> Requirement:
    """A requirement as the PRD states it; what a person reworded is taken at its word."""
    problem = next((one for one in analysis.problems if one.topic.need == title), None)
    if problem is not None:
        return _answering(number, problem, in_mvp=in_mvp)
    problem = _answered(cited, analysis)
    numbers = cited or (problem.numbers if problem else ())
    return Requirement(
        number,
        title,
        f"{number} does not hold yet",
        f"rely on {number}: {title}",
        problem.kind if problem else OTHER,
        numbers,
        len(problem.members) if problem else len(numbers),
        problem,
        in_mvp,
    )


def _title(rest: str) -> str:
    """The bold part or the first sentence of a stated requirement."""
    head = re.split(r"\*\*|__|\[S-|\[assumption|\||(?<=[a-z\d)])[.:;](?:\s|$)", rest.strip("*_ "))[
        0
    ]
    return inline(head, 200).strip(" .") or "Unnamed requirement"


def _answered(cited: Collection[int], analysis: Analysis) -> Problem | None:
    shared = [(len(set(cited) & set(one.numbers)), one) for one in analysis.problems]
    most, problem = max(shared, key=lambda pair: pair[0], default=(0, None))
    return problem if most else None
