"""Tickets: divide the first release into work, with nothing left out."""

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.recipes.defaults.documents import criteria, exists
from pmflow_core.recipes.spec import RecipeSpec, StepSpec

RECIPE = RecipeSpec(
    stage="tickets",
    title="Plan the tickets",
    steps=(
        StepSpec(
            key="ticket_plan",
            title=TEMPLATES["ticket_plan"].title,
            skill="plan_tickets",
            criteria=criteria("ticket_plan", "covers:mvp"),
        ),
    ),
    gates=(exists("ticket_plan", "Ticket plan exists"),),
)
