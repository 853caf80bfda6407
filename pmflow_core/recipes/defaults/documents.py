"""How every default recipe writes, checks and gates a document of the section table."""

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.recipes.spec import GateSpec, StepSpec

EVIDENCE_SHARE = 0.95


def write(key: str, template: str, *, cites: int = 0) -> StepSpec:
    """Return the step that writes a template's document and verifies it.

    It must have the table's sections, only verbatim quotations, and cite `cites` signals or more.
    """
    shape = TEMPLATES[template]
    criteria = [
        f"file:{shape.document_type}",
        "sections:" + ",".join(shape.section_names),
        "quotes:verbatim",
    ]
    if cites:
        criteria.append(f"cites:{cites}")
    return StepSpec(
        key=key,
        title=shape.title,
        skill="generate_document",
        params={"template": template},
        criteria=tuple(criteria),
    )


def exists(kind: str, title: str) -> GateSpec:
    """Return the gate that asks for a document of that type."""
    return GateSpec(kind="document_exists", title=title, params={"document": kind})


def evidence(kind: str) -> GateSpec:
    """Return the gate that asks that nearly all claims of a document are cited."""
    return GateSpec(
        kind="evidence",
        title="Evidence",
        params={"document": kind, "coverage": EVIDENCE_SHARE},
    )
