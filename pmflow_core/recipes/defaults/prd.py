"""PRD: say what to build and why, then the briefs that follow from it."""

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.recipes.defaults.documents import evidence, exists, write
from pmflow_core.recipes.spec import GateSpec, RecipeSpec

RECIPE = RecipeSpec(
    stage="prd",
    title="Write the PRD",
    steps=(
        write("prd", "prd", "cites:2", "content:/\\bR1\\b/"),
        write("design_brief", "design_brief"),
        write("engineering_spec", "engineering_spec", "covers:requirements"),
        write("gtm_brief", "gtm_brief"),
    ),
    gates=(
        GateSpec(
            kind="sections_exist",
            title="PRD sections",
            params={"document": "prd", "sections": list(TEMPLATES["prd"].section_names)},
        ),
        exists("design_brief", "Design brief exists"),
        evidence("prd"),
    ),
)
