"""What can be said when no signal reports anything: what people like, and what to ask them."""

from pmflow_core.providers.base import SectionBrief
from pmflow_core.providers.local.compose import statements
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.phrases import (
    MANY,
    bullets,
    cite,
    listed,
    question,
    quoted,
    share,
    signals,
    verb,
)
from pmflow_core.providers.local.quoting import Quotation, best_span, unlike
from pmflow_core.providers.local.text import inline

_EACH = 3
_CHANGES = frozenset(
    ("requirements", "requests", "problems", "user problems", "mvp scope", "design challenge")
)
_WORDED = 0.5


def section(desk: Desk, brief: SectionBrief) -> str:
    """One section of a document about signals that name no problem."""
    if desk.total == 0:
        return _unlinked(desk, brief)
    if _asks_no_change(desk) and brief.name.casefold().strip() in _CHANGES:
        return _no_change(desk, brief)
    if not brief.evidence_bearing:
        return _asked(desk, brief)
    voices = _voices(desk, brief)
    words = [bullets(quoted(one) for one in voices)] if voices else []
    return "\n\n".join([_statement(desk), *words])


def _unlinked(desk: Desk, brief: SectionBrief) -> str:
    if not brief.evidence_bearing:
        return _asked(desk, brief)
    return "> No signal is linked to this project yet, so there is nothing to report here."


def _asks_no_change(desk: Desk) -> bool:
    """True when people are content; what was not read may well ask for something."""
    return bool(desk.analysis.praise) and not desk.analysis.foreign


def _no_change(desk: Desk, brief: SectionBrief) -> str:
    """That nobody asks for what the section should hold, and what is to be kept instead."""
    numbers = cite([one.number for one in desk.analysis.evidence], MANY)
    said = (
        f"The evidence asks for no change: none of the {signals(desk.total)} reports a problem or"
        f" asks for something {numbers}."
    )
    if not brief.evidence_bearing:
        return said
    return (
        f"{said}\n\nWhat customers value, to be kept as it is: {statements.praised(desk)}"
        f" {cite(desk.praised, MANY)}."
    )


def _statement(desk: Desk) -> str:
    analysis = desk.analysis
    parts = [
        f"{share(len(members), desk.total)} {verb(len(members), one, several)}"
        f" {cite([member.number for member in members])}"
        for members, one, several in (
            (analysis.praise, "is praise", "are praise"),
            (analysis.plain, "tells of use", "tell of use"),
            (analysis.unclear, "says too little", "say too little"),
            (analysis.foreign, "is not in English", "are not in English"),
        )
        if members
    ]
    numbers = cite([one.number for one in analysis.evidence], MANY)
    return (
        f"{signals(desk.total)} {verb(desk.total, 'is', 'are')} linked to this project and"
        f" {verb(desk.total, 'names', 'name')} no problem that could be told from"
        f" {verb(desk.total, 'its', 'their')} words {numbers}: {listed(parts)}."
    )


def _voices(desk: Desk, brief: SectionBrief) -> list[Quotation]:
    """The best-worded praise, else what is told of use; other voices in each section."""
    different = statements.valued(desk) or _told(desk)
    bearing = [one.name for one in desk.request.sections if one.evidence_bearing]
    place = bearing.index(brief.name) if brief.name in bearing else 0
    return different[_EACH * place : _EACH * (place + 1)]


def _told(desk: Desk) -> list[Quotation]:
    spans = [(best_span(one.text), one.number) for one in desk.analysis.plain]
    worded = sorted(
        (-span.quality, number, span.text) for span, number in spans if span is not None
    )
    return unlike(Quotation(number, text) for worth, number, text in worded if -worth >= _WORDED)


def _asked(desk: Desk, brief: SectionBrief) -> str:
    """What a person has to answer; how to go on is said once, where the document ends."""
    wanted = inline(brief.instruction, 200).rstrip(".") or brief.name
    lines = [question("Product manager", f"To be answered by a person: {wanted}.")]
    judged = [one.name for one in desk.request.sections if not one.evidence_bearing]
    if brief.name == judged[-1]:
        if desk.analysis.praise:
            lines.append(
                question(
                    "Research lead",
                    "What would these people miss first if it were gone, and who is not among"
                    f" them because they left? Ask the writers of"
                    f" {cite([one.number for one in desk.analysis.praise])}.",
                )
            )
        lines.append(
            question("Product manager", "Which signals belong here? Link them and run this again.")
        )
    return bullets(lines)
