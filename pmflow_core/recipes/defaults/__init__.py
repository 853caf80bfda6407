"""The recipes a new workspace starts with, one module per stage."""

from pmflow_core.recipes.defaults import (
    design,
    discovery,
    inbox,
    prd,
    prototype,
    tickets,
    validate,
)
from pmflow_core.recipes.spec import RecipeSpec

DEFAULT_RECIPES: tuple[RecipeSpec, ...] = (
    inbox.RECIPE,
    discovery.RECIPE,
    prd.RECIPE,
    design.RECIPE,
    prototype.RECIPE,
    validate.RECIPE,
    tickets.RECIPE,
)
