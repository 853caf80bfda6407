"""Design: review the brief against the requirements before anything is drawn."""

from pmflow_core.recipes.defaults.documents import exists, write
from pmflow_core.recipes.spec import RecipeSpec

RECIPE = RecipeSpec(
    stage="design",
    title="Review the design",
    steps=(write("design_review", "design_review", "covers:requirements"),),
    gates=(
        exists("prd", "PRD exists"),
        exists("design_brief", "Design brief exists"),
        exists("engineering_spec", "Engineering spec exists"),
    ),
)
