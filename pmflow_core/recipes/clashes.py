"""Finds checks that ask a document for sections its template does not have; pure.

Such a check could never pass, so a recipe with one is refused when it is saved.
"""

from collections.abc import Iterator

from pmflow_core.documents.markdown import normal_title
from pmflow_core.documents.sections import TEMPLATES, Template
from pmflow_core.recipes.faults import Fault
from pmflow_core.recipes.spec import GateSpec, RecipeSpec, StepSpec

SECTIONS = "sections"
SECTIONS_EXIST = "sections_exist"


def section_faults(spec: RecipeSpec) -> Iterator[Fault]:
    """Return what the criteria and gates of a recipe ask for in vain."""
    for index, step in enumerate(spec.steps):
        yield from _of_step(index, step)
    for index, gate in enumerate(spec.gates):
        yield from _of_gate(index, gate)


def _of_step(index: int, step: StepSpec) -> Iterator[Fault]:
    template = TEMPLATES.get(str(step.params.get("template", "")))
    if template is None:
        return
    for number, criterion in enumerate(step.criteria):
        name, _, argument = criterion.partition(":")
        if name.strip() == SECTIONS:
            wanted = [each.strip() for each in argument.split(",") if each.strip()]
            for text in _unknown(f"step {step.title!r}", wanted, (template,)):
                yield Fault(f"steps.{index}.criteria.{number}", text)


def _of_gate(index: int, gate: GateSpec) -> Iterator[Fault]:
    wanted = gate.params.get("sections")
    if gate.kind != SECTIONS_EXIST or not isinstance(wanted, list):
        return
    kind = gate.params.get("document")
    templates = tuple(each for each in TEMPLATES.values() if each.document_type == kind)
    if templates:
        names = [str(each) for each in wanted]
        for text in _unknown(f"gate {gate.title!r}", names, templates):
            yield Fault(f"gates.{index}.params.sections", text)


def _unknown(where: str, wanted: list[str], templates: tuple[Template, ...]) -> Iterator[str]:
    known = {normal_title(name) for each in templates for name in each.section_names}
    for name in wanted:
        if normal_title(name) not in known:
            titles = " or ".join(each.title for each in templates)
            yield f"{where}: there is no section {name!r} in the {titles}."
