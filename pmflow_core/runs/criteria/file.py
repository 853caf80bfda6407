"""`file:TYPE`: the step wrote a document of that type, and it is not empty."""

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.errors import Invalid
from pmflow_core.runs.kinds import CriterionFacts, CriterionKind, Verdict


def parse(argument: str) -> str:
    """Return the document type; raises Invalid when no template has it."""
    if argument not in {shape.document_type for shape in TEMPLATES.values()}:
        raise Invalid(f"no document type {argument!r}")
    return argument


def check(kind: str, facts: CriterionFacts) -> Verdict:
    """Pass when the outcome holds a document of type `kind` with text in it."""
    draft = facts.outcome.document
    wrote = None if draft is None else TEMPLATES[draft.template].document_type
    title = f"Writes {kind.replace('_', ' ')}"
    if draft is None or wrote != kind:
        return Verdict("file", title, passed=False, detail=f"No {kind} was written.")
    if not draft.content.strip():
        return Verdict("file", title, passed=False, detail=f"The {kind} is empty.")
    return Verdict("file", title, passed=True, detail=f"{len(draft.content.split()):,} words")


FILE = CriterionKind("file", parse, check)
