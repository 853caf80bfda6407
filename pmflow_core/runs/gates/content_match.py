"""The newest version of a document matches a regular expression."""

from pydantic import BaseModel, Field, field_validator

from pmflow_core.documents.patterns import LONGEST, Pattern
from pmflow_core.errors import Invalid
from pmflow_core.runs.kinds import GateFacts, GateKind, Verdict


class Params(BaseModel):
    """Parameters in a recipe."""

    document: str = Field(min_length=1, description="Document type.")
    pattern: str = Field(
        min_length=1, max_length=LONGEST, description="Such as /R1/ or /^## Goals$/m."
    )

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            Pattern(pattern)
        except Invalid as error:
            raise ValueError(str(error)) from error
        return pattern


def evaluate(params: Params, facts: GateFacts) -> Verdict:
    """Pass when the pattern matches anywhere in the document."""
    words = params.document.replace("_", " ")
    document = facts.documents.get(params.document)
    if document is None:
        return Verdict("content_match", "", passed=False, detail=f"No {words} yet.")
    if Pattern(params.pattern).found_in(document.content):
        detail = f"Version {document.number} matches {params.pattern}"
        return Verdict("content_match", "", passed=True, detail=detail)
    detail = f"Nothing in version {document.number} of the {words} matches {params.pattern}"
    return Verdict("content_match", "", passed=False, detail=detail)


CONTENT_MATCH = GateKind("content_match", Params, evaluate)
