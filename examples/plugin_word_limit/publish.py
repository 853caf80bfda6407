"""Publishes the PRD recipe of a workspace with a word limit: python publish.py WORKSPACE."""

import sys

from pmflow_core.accounts.actor import Actor
from pmflow_core.cli.frame import connected, in_no_workspace
from pmflow_core.db.transaction import transaction
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.defaults import prd
from pmflow_core.recipes.spec import GateSpec, RecipeSpec, StepSpec
from pmflow_core.runs.extensions import installed
from pmflow_core.workspaces.service import workspace_by_slug

RECIPE = RecipeSpec(
    stage="prd",
    title="Write a short PRD",
    steps=(
        *prd.RECIPE.steps,
        StepSpec(key="measure", title="Lengths", skill="measure_documents"),
    ),
    gates=(
        *prd.RECIPE.gates,
        GateSpec(
            kind="word_limit",
            title="Short enough",
            params={"document": "prd", "words": 1_500},
        ),
    ),
)


def publish(slug: str) -> int:
    """Publish the recipe for runs from now on, and return its version's number."""
    with connected():
        with in_no_workspace() as session:
            workspace_id = workspace_by_slug(session, slug)
        with transaction(workspace_id) as session:
            actor = Actor.system(workspace_id)
            return recipes.publish(session, actor, RECIPE, installed().catalogue()).number


if __name__ == "__main__":
    sys.stdout.write(f"version {publish(sys.argv[1])}\n")
