"""Design review: the requirements, the brief and the specification held against each other."""

import re

from pmflow_core.providers.local import papers
from pmflow_core.providers.local.compose import statements
from pmflow_core.providers.local.compose.design import ACCESSIBILITY_RULES, DESIGN
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.people import ACCESSIBILITY
from pmflow_core.providers.local.phrases import (
    MANY,
    bullets,
    cite,
    listed,
    question,
    quotes,
    share,
    signals,
    verb,
)
from pmflow_core.providers.local.requirements import Requirement
from pmflow_core.providers.local.text import inline

_PAPERS = (
    ("design_brief", "Design Challenge", "the brief's challenge"),
    ("design_brief", "Key States", "the brief's key states"),
    ("engineering_spec", "Technical Approach", "the technical approach"),
    ("engineering_spec", "Testing Strategy", "the testing strategy"),
)
# A word of each accessibility rule by which a brief shows that it holds it.
_RULE_WORDS = ("keyboard", "contrast", "screen reader", "colou?r", r"200 ?%|text size|zoom", "24")
_MOST_QUESTIONS = 8


def findings(desk: Desk) -> str:
    """By requirement: which earlier documents speak of it, and what of its signals they miss."""
    blocks = [_finding(desk, one) for one in desk.requirements]
    return "\n\n".join([_overview(desk), *blocks])


def _overview(desk: Desk) -> str:
    every = desk.requirements
    held = [one for one in every if not _silent(desk, one)]
    absent = [name for name in ("design_brief", "engineering_spec") if not _paper(desk, name)]
    numbers = cite(desk.typical)
    opening = (
        f"{len(held)} of {len(every)} {verb(len(every), 'requirement', 'requirements')}"
        f" {verb(len(held), 'is', 'are')} taken up by every earlier document that should {numbers}."
    )
    if not absent:
        return opening
    written = listed([name.replace("_", " ") for name in absent])
    return f"{opening} There is no {written} yet, so nothing was held against it {numbers}."


def _finding(desk: Desk, one: Requirement) -> str:
    numbers = cite(one.numbers or desk.typical)
    scope = "first release" if one.in_mvp else "not in the first release"
    lines = [f"{_taken_up(desk, one)} {numbers}"]
    if one.problem is not None:
        weight = share(len(one.problem.members), desk.total)
        lines.append(f"It answers {weight}: {one.problem.topic.clause} {numbers}")
        lines += _missed(desk, one)
        if one.problem.quotes:
            lines.append(f"To be read against the design: {quotes(one.problem.quotes[:2])}")
    return f"### {one.id} — {one.title} ({scope})\n\n{bullets(lines)}"


def _taken_up(desk: Desk, one: Requirement) -> str:
    silent = _silent(desk, one)
    told = [label for document, _, label in _PAPERS if _paper(desk, document)]
    spoken = [label for label in told if label not in silent]
    parts = [f"{one.id} is taken up in {listed(spoken)}"] if spoken else []
    if silent:
        parts.append(f"**{one.id} is missing from {listed(silent)}**")
    return ", but ".join(parts) or f"{one.id} has no design to be held against yet"


def _silent(desk: Desk, one: Requirement) -> list[str]:
    """The parts of the earlier documents that should speak of a requirement and do not."""
    return [
        label
        for document, name, label in _PAPERS
        if _paper(desk, document)
        and not papers.names(papers.section(_paper(desk, document), name), one.id)
    ]


def _missed(desk: Desk, one: Requirement) -> list[str]:
    """Situations of its signals that the brief does not draw."""
    situations = one.problem.situations if one.problem else ()
    brief = " ".join(_paper(desk, "design_brief").split())
    open_ones = [each for each in situations if each.held not in brief]
    if not brief or not situations:
        return []
    if not open_ones:
        cited = [number for each in situations for number in each.numbers[:2]]
        return [
            f"The brief draws {verb(len(situations), 'the situation', 'all situations')} that"
            f" several signals name ({len(situations)}) {cite(cited, MANY)}"
        ]
    return [
        f"The brief does not say that {each.held}, though {len(each.members)} signals"
        f" {each.told} {cite(each.numbers)}"
        for each in open_ones
    ]


def _paper(desk: Desk, document: str) -> str:
    return desk.request.documents.get(document, "")


def accessibility(desk: Desk) -> str:
    """Each accessibility rule, held against the brief; whether the design keeps it, people test."""
    brief = papers.section(_paper(desk, "design_brief"), "Accessibility Requirements")
    lines: list[str] = []
    for rule, word in zip(ACCESSIBILITY_RULES, _RULE_WORDS, strict=True):
        is_stated = re.search(word, brief, re.IGNORECASE) is not None
        where = "stated in the brief, to be tested" if is_stated else "missing from the brief"
        lines.append(f"[ ] {rule}: {where} {DESIGN}")
    told = [one.number for one in desk.analysis.evidence if ACCESSIBILITY.search(one.text)]
    if told:
        lines.append(
            f"{signals(len(told))} {verb(len(told), 'touches', 'touch')} on accessibility; show"
            f" these writers the design first {cite(told, MANY)}"
        )
    for one in desk.requirements[:3]:
        if one.in_mvp:
            lines.append(f"[ ] {one.id} can be done with a screen reader and by keyboard {DESIGN}")
    return bullets([*lines, question("Design lead", "Who checks these, and on which devices?")])


def decisions(desk: Desk) -> str:
    """What the earlier documents decide, and what they leave open, with owners."""
    first = [one.id for one in desk.requirements if one.in_mvp]
    later = [one.id for one in desk.requirements if not one.in_mvp]
    taken = [f"Proposed for the first release: {listed(first)} {DESIGN}"] if first else []
    if later:
        taken.append(f"Left for later: {listed(later)} {DESIGN}")
    still = [
        question("Design lead", f"How does the design let people {one.goal} ({one.id})?")
        for one in desk.requirements
        if one.in_mvp
    ]
    return "\n\n".join(
        [
            "### Taken in the earlier documents",
            bullets(taken or [question("Product manager", "What is the first release?")]),
            "### Still open",
            bullets([*still, *_left_open(desk)]),
        ]
    )


def _left_open(desk: Desk) -> list[str]:
    """Questions of the PRD and the specification that concern a requirement; others stay there."""
    asked = [
        (owner, text)
        for document in ("prd", "engineering_spec")
        for owner, text in papers.questions(_paper(desk, document))
    ]
    about = [pair for pair in asked if papers.ids(pair[1])] or asked
    unique = dict.fromkeys(f"**{inline(owner, 40)}:** {text}" for owner, text in about)
    held = statements.known_citations(desk, unique)
    return held[:_MOST_QUESTIONS]
