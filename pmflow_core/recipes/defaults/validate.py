"""Validate: a jury of those who have to live with the plan votes on it."""

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.recipes.defaults.documents import criteria
from pmflow_core.recipes.spec import GateSpec, RecipeSpec, StepSpec

PERSONAS = (
    {
        "name": "Customer",
        "cares_about": "That the problems customers report are solved, the most severe ones first.",
        "weight": 1.5,
    },
    {
        "name": "Support lead",
        "cares_about": "That complaints will stop, and that every claim has evidence behind it.",
        "weight": 1.0,
    },
    {
        "name": "Engineering lead",
        "cares_about": "A feasible technical approach, a bounded scope, and how it is tested.",
        "weight": 1.0,
    },
    {
        "name": "Design lead",
        "cares_about": "Usability of every state of the interface, and accessibility.",
        "weight": 1.0,
    },
    {
        "name": "Business owner",
        "cares_about": "Cost and scope of the first release, and metrics that show its success.",
        "weight": 1.0,
    },
)

RECIPE = RecipeSpec(
    stage="validate",
    title="Let a jury vote",
    steps=(
        StepSpec(
            key="jury",
            title=TEMPLATES["jury_report"].title,
            skill="jury",
            params={"personas": [dict(persona) for persona in PERSONAS]},
            criteria=criteria("jury_report"),
        ),
    ),
    gates=(GateSpec(kind="jury_score", title="Jury", params={"at_least": 0.6}),),
)
