"""A document has the sections it should have, each with text."""

from pydantic import BaseModel, Field

from pmflow_core.documents.markdown import empty_sections, missing_sections
from pmflow_core.runs.kinds import GateFacts, GateKind, Verdict


class Params(BaseModel):
    """Parameters in a recipe."""

    document: str = Field(min_length=1, description="Document type.")
    sections: list[str] = Field(min_length=1)


def evaluate(params: Params, facts: GateFacts) -> Verdict:
    """Pass when no named section is missing or empty; else name them."""
    document = facts.documents.get(params.document)
    if document is None:
        words = params.document.replace("_", " ")
        return Verdict("sections_exist", "", passed=False, detail=f"No {words} yet.")
    missing = missing_sections(document.content, params.sections)
    missing += empty_sections(document.content, params.sections)
    total = len(params.sections)
    if missing:
        detail = f"{', '.join(missing)} missing, {total - len(missing)} of {total} present"
        return Verdict("sections_exist", "", passed=False, detail=detail)
    return Verdict("sections_exist", "", passed=True, detail=f"{total} of {total} present")


SECTIONS_EXIST = GateKind("sections_exist", Params, evaluate)
