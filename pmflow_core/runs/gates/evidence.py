"""Enough of what a document claims is cited, and every quotation is verbatim."""

from pydantic import BaseModel, Field

from pmflow_core.documents.citations import check_quotes
from pmflow_core.documents.coverage import Coverage, coverage
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.runs.kinds import DocumentFacts, GateFacts, GateKind, Verdict


class Params(BaseModel):
    """Parameters in a recipe."""

    document: str = Field(min_length=1, description="Document type.")
    coverage: float = Field(default=0.95, ge=0, le=1, description="Share of claims cited.")


def evaluate(params: Params, facts: GateFacts) -> Verdict:
    """Pass at the wanted share with no misquotation; else name the first sentence at fault."""
    document = facts.documents.get(params.document)
    if document is None:
        words = params.document.replace("_", " ")
        return Verdict("evidence", "", passed=False, detail=f"No {words} yet.")
    verbatims = {number: signal.verbatim for number, signal in facts.signals.items()}
    faults = check_quotes(document.content, verbatims)
    if faults:
        detail = f"{faults[0].reason} In the sentence: “{faults[0].sentence}”"
        return Verdict("evidence", "", passed=False, detail=detail)
    found = _coverage(document, facts)
    counted = f"{found.cited} of {found.total} claims cited"
    if found.total and found.ratio >= params.coverage:
        return Verdict("evidence", "", passed=True, detail=counted)
    needs = f"{counted}, {found.ratio:.0%}, needs {params.coverage:.0%}."
    if found.uncited:
        claim = found.uncited[0]
        needs += f" First in {claim.section}: “{claim.text}”"
    return Verdict("evidence", "", passed=False, detail=needs)


def _coverage(document: DocumentFacts, facts: GateFacts) -> Coverage:
    sections = TEMPLATES[document.template].evidence_sections
    return coverage(document.content, sections, facts.signals.keys())


EVIDENCE = GateKind("evidence", Params, evaluate)
