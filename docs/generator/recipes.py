"""The page of recipes: what one says, what it may name, and those a workspace starts with."""

import sys
from collections.abc import Callable
from typing import Any

from docs.generator.fields import fields_table
from docs.generator.markdown import code, first_line, page, table
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.recipes.defaults import DEFAULT_RECIPES
from pmflow_core.recipes.spec import GateSpec, RecipeSpec, StepSpec
from pmflow_core.runs import builtin
from pmflow_core.runs.extensions import Extensions

_BEFORE = """
A recipe says what is done at one stage: steps, the criteria each step's outcome must meet, and
the gates the project must pass before it leaves. It is stored as immutable versions, and a run
pins the one it began with. A recipe that could not run is refused when it is published, with
every fault named.
"""


def render() -> str:
    """Return the page."""
    extensions = Extensions()
    builtin.register(extensions)
    return page(
        "Recipes",
        _BEFORE,
        _spec(),
        "## Steps\n\nA step's `skill` names one of these.",
        *(_kind(kind.name, kind.run, kind.params) for kind in extensions.steps),
        "## Criteria\n\nChecks of one step's outcome, written `name:argument`.",
        table(
            ["Criterion", "Passes when"],
            [[code(kind.name), _module_words(kind.check)] for kind in extensions.criteria],
        ),
        "## Gates\n\nChecks of the project before it may leave the stage.",
        *(_kind(kind.name, kind.evaluate, kind.params) for kind in extensions.gates),
        "## Providers\n\n" + ", ".join(code(each.name) for each in extensions.providers),
        _defaults(),
        _sections(),
    )


def _spec() -> str:
    parts = ["## What a recipe says"]
    for model in (RecipeSpec, StepSpec, GateSpec):
        parts += [f"### {model.__name__}", first_line(model.__doc__), fields_table(model)]
    return "\n\n".join(parts)


def _kind(name: str, function: Callable[..., Any], params: Any) -> str:
    return "\n\n".join([f"### `{name}`", _module_words(function), fields_table(params)])


def _module_words(function: Callable[..., Any]) -> str:
    return first_line(sys.modules[function.__module__].__doc__)


def _defaults() -> str:
    parts = [
        "## Recipes of a new workspace",
        "Stages without a recipe are worked on and moved by hand.",
    ]
    for recipe in DEFAULT_RECIPES:
        steps = [
            [code(step.key), step.title, ", ".join(code(_short(text)) for text in step.criteria)]
            for step in recipe.steps
        ]
        gates = [[code(gate.kind), gate.title, _params(gate)] for gate in recipe.gates]
        parts += [
            f"### {recipe.stage}: {recipe.title}",
            f"Level {code(recipe.level.value)}.",
            table(["Step", "Writes", "Criteria"], steps),
            table(["Gate", "Title", "Parameters"], gates),
        ]
    return "\n\n".join(parts)


def _params(gate: GateSpec) -> str:
    words: list[str] = []
    for name, value in gate.params.items():
        shown = ", ".join(str(each) for each in value) if isinstance(value, list) else value
        words.append(f"{name}: {shown}")
    return "; ".join(words)


def _short(criterion: str) -> str:
    return "sections:…" if criterion.startswith("sections:") else criterion


def _sections() -> str:
    parts = [
        "## The section table",
        "Prompts, criteria and gates read this one table. Every claim in a section marked"
        " *evidence* must cite a signal.",
    ]
    for template in TEMPLATES.values():
        rows = [
            [section.name, "evidence" if section.evidence_bearing else "", section.instruction]
            for section in template.sections
        ]
        parts += [
            f"### {code(template.name)}: {template.title}",
            f"Document type {code(template.document_type)}.",
            table(["Section", "", "What is wanted in it"], rows),
        ]
    return "\n\n".join(parts)
