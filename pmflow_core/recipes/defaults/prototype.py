"""Prototype: draw the first release so that people can click through it."""

from pmflow_core.recipes.defaults.documents import exists, write
from pmflow_core.recipes.spec import GateSpec, RecipeSpec, StepSpec

RECIPE = RecipeSpec(
    stage="prototype",
    title="Build a prototype",
    steps=(
        StepSpec(key="prototype", title="Prototype", skill="build_prototype"),
        write("prototype_notes", "prototype_notes"),
    ),
    gates=(
        exists("prototype_notes", "Prototype notes exist"),
        GateSpec(
            kind="artifact_exists",
            title="Prototype exists",
            params={"kind": "prototype"},
            optional=True,
        ),
    ),
)
