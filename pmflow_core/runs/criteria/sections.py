"""`sections:A,B`: the document the step wrote has these headings, each with text under it."""

from pmflow_core.documents.markdown import empty_sections, missing_sections
from pmflow_core.errors import Invalid
from pmflow_core.runs.kinds import CriterionFacts, CriterionKind, Verdict


def parse(argument: str) -> tuple[str, ...]:
    """Return the section names; raises Invalid when there are none."""
    names = tuple(name.strip() for name in argument.split(",") if name.strip())
    if not names:
        raise Invalid("names no section")
    return names


def check(names: tuple[str, ...], facts: CriterionFacts) -> Verdict:
    """Pass when every named section is there and says something."""
    content = facts.outcome.document.content if facts.outcome.document else ""
    missing = missing_sections(content, names)
    empty = empty_sections(content, names)
    title = f"{len(names)} sections"
    if missing:
        return Verdict("sections", title, passed=False, detail=f"Missing: {', '.join(missing)}.")
    if empty:
        return Verdict("sections", title, passed=False, detail=f"Empty: {', '.join(empty)}.")
    return Verdict("sections", title, passed=True, detail=f"{len(names)} of {len(names)} present")


SECTIONS = CriterionKind("sections", parse, check)
