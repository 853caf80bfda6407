"""Saving recipes as immutable versions; an invalid one is refused here, never skipped later."""

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.recipes import repository
from pmflow_core.recipes.models import Recipe, RecipeVersion, VersionStatus
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.recipes.validation import Catalogue, validate


def publish(
    session: Session, actor: Actor, spec: RecipeSpec, catalogue: Catalogue
) -> RecipeVersion:
    """Store `spec` as the next version of its stage's recipe, for runs from now on to use.

    Raises:
        PermissionDenied: the actor is not an admin.
        InvalidRecipe: it could not run; every fault is named.
    """
    actor.require(Role.ADMIN)
    validate(spec, catalogue)
    recipe = repository.find_recipe(session, spec.stage, lock=True)
    if recipe is None:
        recipe = Recipe(workspace_id=actor.workspace_id, stage=spec.stage)
        session.add(recipe)
        session.flush()
    version = RecipeVersion(
        workspace_id=actor.workspace_id,
        recipe_id=recipe.id,
        number=repository.last_number(session, recipe.id) + 1,
        status=VersionStatus.PUBLISHED,
        spec=spec.model_dump(mode="json"),
        author_id=actor.user_id,
    )
    session.add(version)
    recipe.published = version.number
    session.flush()
    audit.record(session, actor, "recipe.published", spec.stage, {"version": version.number})
    return version


def read_spec(version: RecipeVersion) -> RecipeSpec:
    """Return a stored version as typed data."""
    return RecipeSpec.model_validate(version.spec)


def find_spec(session: Session, stage: str) -> tuple[RecipeVersion, RecipeSpec] | None:
    """Return the published version of a stage and its specification, or None without a recipe."""
    version = repository.find_published(session, stage)
    return None if version is None else (version, read_spec(version))
