"""`counts:true`: numbers of signals and customers, and shares, equal the step's evidence."""

from pmflow_core.documents.claims import claims
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.errors import Invalid
from pmflow_core.runs.figures import Figures, stated
from pmflow_core.runs.kinds import CriterionFacts, CriterionKind, Verdict

_TITLE = "Counts equal the data"


def parse(argument: str) -> bool:
    """Return True; raises Invalid unless the argument is `true`."""
    if argument != "true":
        raise Invalid("only counts:true exists")
    return True


def check(_on: object, facts: CriterionFacts) -> Verdict:
    """Pass when every number in the evidence sections is one of the data; else name the sentence.

    A claim that somebody stands for, marked as an assumption, is theirs to count.
    """
    draft = facts.outcome.document
    if draft is None:
        return Verdict("counts", _TITLE, passed=False, detail="No document was written.")
    figures = Figures.of(facts.evidence, facts.total_signals)
    checked = 0
    for claim in claims(draft.content, TEMPLATES[draft.template].evidence_sections):
        if claim.exempt:
            continue
        numbers = stated(claim.text)
        checked += len(numbers)
        for number in numbers:
            fault = figures.fault(number, claim.citations)
            if fault:
                detail = f"{fault} In {claim.section}: “{claim.text}”"
                return Verdict("counts", _TITLE, passed=False, detail=detail)
    return Verdict("counts", _TITLE, passed=True, detail=f"{checked} of {checked} numbers")


COUNTS = CriterionKind("counts", parse, check)
