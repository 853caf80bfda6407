"""How every default recipe writes, checks and gates a document of the section table."""

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.recipes.spec import GateSpec, StepSpec

EVIDENCE_SHARE = 0.95


def criteria(template: str, *more: str) -> tuple[str, ...]:
    """Return what holds for every document: its type, its sections, and verbatim quotations."""
    shape = TEMPLATES[template]
    sections = "sections:" + ",".join(shape.section_names)
    return (f"file:{shape.document_type}", sections, "quotes:verbatim", *more)


def write(key: str, template: str, *more: str) -> StepSpec:
    """Return the step that writes a template's document and verifies it, by `more` criteria too."""
    return StepSpec(
        key=key,
        title=TEMPLATES[template].title,
        skill="generate_document",
        params={"template": template},
        criteria=criteria(template, *more),
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
