"""`cites:N`: at least N distinct signals, and every claim of the evidence sections cited."""

from pmflow_core.documents.citations import cited_numbers
from pmflow_core.documents.coverage import coverage
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.errors import Invalid
from pmflow_core.runs.kinds import CriterionFacts, CriterionKind, Verdict


def parse(argument: str) -> int:
    """Return N; raises Invalid unless it is a number from 1."""
    if not argument.isdecimal() or int(argument) < 1:
        raise Invalid("needs a number of signals, such as cites:2")
    return int(argument)


def check(wanted: int, facts: CriterionFacts) -> Verdict:
    """Pass when enough signals are cited and no claim stands without one."""
    title = f"Cites {wanted} signals or more"
    draft = facts.outcome.document
    if draft is None:
        return Verdict("cites", title, passed=False, detail="No document was written.")
    cited = cited_numbers(draft.content) & facts.signals.keys()
    # A project with fewer signals than asked for can cite all of them and no more.
    needed = min(wanted, len(facts.signals)) or wanted
    if len(cited) < needed:
        detail = f"Cites {len(cited)} distinct signals, needs {needed}."
        return Verdict("cites", title, passed=False, detail=detail)
    evidence = TEMPLATES[draft.template].evidence_sections
    found = coverage(draft.content, evidence, facts.signals.keys())
    if found.uncited:
        claim = found.uncited[0]
        detail = (
            f"{len(found.uncited)} of {found.total} claims without a citation, "
            f"first in {claim.section}: “{claim.text}”"
        )
        return Verdict("cites", title, passed=False, detail=detail)
    return Verdict(
        "cites", title, passed=True, detail=f"{len(cited)} distinct signals, {found.total} claims"
    )


CITES = CriterionKind("cites", parse, check)
