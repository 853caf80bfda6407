"""What the team itself has written down, where a document is about its own decisions."""

import re
from collections.abc import Mapping

from pmflow_core.providers.answers import read_team_records
from pmflow_core.providers.base import SectionBrief
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.phrases import bullets
from pmflow_core.providers.local.text import inline

# Sections that ask for judgement: what only the team says needs no signal there.
_SPOKEN_IN: Mapping[str, tuple[str, ...]] = {
    "goals": ("context", "roadmap"),
    "out of scope": ("guardrail",),
    "technical approach": ("rule", "guardrail"),
    "key states": ("rule",),
    "launch plan": ("roadmap", "guardrail"),
}
_KINDS = {
    "guardrail": "guardrail",
    "rule": "rule",
    "context": "company context",
    "roadmap": "roadmap",
}
_LONGEST = 280
_MOST = 6
# What looks like the id of a requirement would be taken for one of this document's.
_REQUIREMENT = re.compile(r"\bR(\d+)\b")
_HEADING = re.compile(r"^#{1,6}[ \t]+.*$", re.MULTILINE)


def said(desk: Desk, section: SectionBrief) -> str:
    """The team's records that a section must heed, each by its first paragraph; or nothing."""
    kinds = _SPOKEN_IN.get(section.name.casefold().strip(), ())
    if section.evidence_bearing or not kinds:
        return ""
    found = [one for one in read_team_records(desk.request.knowledge) if one.team_record in kinds]
    lines = [
        f"**{_safe(one.title, 120)}** ({_KINDS[one.team_record]}): {_first(one.text)}"
        for one in sorted(found, key=lambda one: kinds.index(one.team_record))
    ]
    return f"From the team's own records:\n\n{bullets(lines[:_MOST])}" if lines else ""


def _first(text: str) -> str:
    paragraphs = _HEADING.sub("", text).strip().split("\n\n")
    return _safe(paragraphs[0], _LONGEST)


def _safe(text: str, longest: int) -> str:
    return _REQUIREMENT.sub(r"R \1", inline(text, longest))
