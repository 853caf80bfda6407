"""Inbox: read what came in."""

from pmflow_core.recipes.defaults.documents import write
from pmflow_core.recipes.spec import GateSpec, RecipeSpec

RECIPE = RecipeSpec(
    stage="inbox",
    title="Summarise the intake",
    steps=(write("summary", "intake_research", "cites:1"),),
    gates=(
        GateSpec(
            kind="metric_threshold",
            title="Linked signals",
            params={"metric": "linked_signals", "at_least": 1},
        ),
    ),
)
