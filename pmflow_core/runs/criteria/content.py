"""`content:/regex/`: the document the step wrote matches a regular expression."""

from pmflow_core.documents.patterns import Pattern
from pmflow_core.errors import Invalid
from pmflow_core.runs.kinds import CriterionFacts, CriterionKind, Verdict


def parse(argument: str) -> Pattern:
    """Return the pattern; raises Invalid unless it is one between slashes."""
    if not argument.startswith("/"):
        raise Invalid("write a pattern between slashes, such as content:/R1/")
    return Pattern(argument)


def check(pattern: Pattern, facts: CriterionFacts) -> Verdict:
    """Pass when the pattern matches anywhere."""
    title = f"Matches {pattern.source}"
    draft = facts.outcome.document
    if draft is None:
        return Verdict("content", title, passed=False, detail="No document was written.")
    if pattern.found_in(draft.content):
        return Verdict("content", title, passed=True, detail="Found")
    return Verdict(
        "content", title, passed=False, detail=f"Nothing in the document matches {pattern.source}."
    )


CONTENT = CriterionKind("content", parse, check)
