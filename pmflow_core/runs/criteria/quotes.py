"""`quotes:verbatim`: each quotation is a span of the signal it cites, and each signal exists."""

from pmflow_core.documents.citations import check_quotes, find_citations
from pmflow_core.errors import Invalid
from pmflow_core.runs.kinds import CriterionFacts, CriterionKind, Verdict


def parse(argument: str) -> str:
    """Return the mode; raises Invalid unless it is `verbatim`."""
    if argument != "verbatim":
        raise Invalid("only quotes:verbatim exists")
    return argument


def check(_mode: str, facts: CriterionFacts) -> Verdict:
    """Pass when no quotation differs from its signal by a character; else name the sentence."""
    title = "Quotes verbatim"
    content = facts.outcome.document.content if facts.outcome.document else ""
    verbatims = {number: signal.verbatim for number, signal in facts.signals.items()}
    faults = check_quotes(content, verbatims)
    if faults:
        fault = faults[0]
        more = f" And {len(faults) - 1} more." if len(faults) > 1 else ""
        detail = f"{fault.reason} In the sentence: “{fault.sentence}”.{more}"
        return Verdict("quotes", title, passed=False, detail=detail)
    quotes = sum(1 for citation in find_citations(content) if citation.quote is not None)
    return Verdict("quotes", title, passed=True, detail=f"{quotes} of {quotes}")


QUOTES = CriterionKind("quotes", parse, check)
