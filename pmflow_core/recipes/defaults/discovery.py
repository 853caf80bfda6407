"""Discovery: understand the problem from what customers said."""

from pmflow_core.recipes.defaults.documents import evidence, exists, write
from pmflow_core.recipes.spec import RecipeSpec

RECIPE = RecipeSpec(
    stage="discovery",
    title="Synthesise research",
    steps=(write("research", "research", "cites:2"),),
    gates=(exists("research", "Research exists"), evidence("research")),
)
