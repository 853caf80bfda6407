"""`covers:requirements`, `covers:mvp`: no requirement of the PRD was dropped on the way."""

from pmflow_core.documents.requirements import dropped, mvp_ids, named_ids, requirement_ids
from pmflow_core.errors import Invalid
from pmflow_core.runs.kinds import CriterionFacts, CriterionKind, Verdict

_ALL, _MVP = "requirements", "mvp"
_SHOWN = 5


def parse(argument: str) -> str:
    """Return which requirements; raises Invalid unless it is `requirements` or `mvp`."""
    if argument not in (_ALL, _MVP):
        raise Invalid("only covers:requirements and covers:mvp exist")
    return argument


def check(which: str, facts: CriterionFacts) -> Verdict:
    """Pass when the step's tickets, or its document, name every one by its id; else name them."""
    first_only = which == _MVP
    title = "Covers every MVP requirement" if first_only else "Covers every requirement"
    prd = facts.documents.get("prd", "")
    wanted = mvp_ids(prd) if first_only else requirement_ids(prd)
    if not wanted:
        detail = "The PRD names no requirement by an id such as R1." if prd else "There is no PRD."
        return Verdict("covers", title, passed=False, detail=f"{detail} Write it first.")
    left = dropped(prd, _named(facts), mvp=first_only)
    if left:
        shown = "; ".join(f"{one.id} ({one.title})" for one in left[:_SHOWN])
        more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        detail = f"{len(left)} of {len(wanted)} requirements dropped: {shown}{more}."
        return Verdict("covers", title, passed=False, detail=detail)
    return Verdict("covers", title, passed=True, detail=f"{len(wanted)} of {len(wanted)}")


def _named(facts: CriterionFacts) -> frozenset[str]:
    outcome = facts.outcome
    if outcome.tickets is not None:
        return frozenset(one for ticket in outcome.tickets for one in ticket.covers)
    return named_ids(outcome.document.content) if outcome.document else frozenset()


COVERS = CriterionKind("covers", parse, check)
