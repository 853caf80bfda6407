"""The project has a document of a type."""

from pydantic import BaseModel, Field

from pmflow_core.runs.kinds import GateFacts, GateKind, Verdict


class Params(BaseModel):
    """Parameters in a recipe."""

    document: str = Field(min_length=1, description="Document type.")


def evaluate(params: Params, facts: GateFacts) -> Verdict:
    """Pass when the newest version of the document has text."""
    document = facts.documents.get(params.document)
    words = params.document.replace("_", " ")
    if document is None:
        return Verdict("document_exists", "", passed=False, detail=f"No {words} yet.")
    return Verdict("document_exists", "", passed=True, detail=f"Version {document.number}")


DOCUMENT_EXISTS = GateKind("document_exists", Params, evaluate)
