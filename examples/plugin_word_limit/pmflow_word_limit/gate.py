"""The gate `word_limit`: a document is at most so many words long."""

from pydantic import BaseModel, Field

from pmflow_core.runs.kinds import GateFacts, GateKind, Verdict


class Params(BaseModel):
    """Parameters in a recipe."""

    document: str = Field(min_length=1, description="Document type.")
    words: int = Field(ge=1, description="The most it may have.")


def evaluate(params: Params, facts: GateFacts) -> Verdict:
    """Pass when the document's newest version is short enough; the detail states both numbers."""
    document = facts.documents.get(params.document)
    if document is None:
        return Verdict("word_limit", "", passed=False, detail=f"No {params.document} yet.")
    count = len(document.content.split())
    detail = f"{count:,} words, at most {params.words:,}"
    return Verdict("word_limit", "", passed=count <= params.words, detail=detail)


WORD_LIMIT = GateKind("word_limit", Params, evaluate)
