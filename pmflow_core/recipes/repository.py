"""Statements over recipes and their versions."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.recipes.models import Recipe, RecipeVersion


def find_recipe(session: Session, stage: str, *, lock: bool = False) -> Recipe | None:
    """Return the stage's recipe, locked when asked, or None."""
    statement = select(Recipe).where(col(Recipe.stage) == stage)
    return session.scalar(statement.with_for_update(key_share=True) if lock else statement)


def find_published(session: Session, stage: str) -> RecipeVersion | None:
    """Return the version that new runs of a stage use, or None."""
    statement = (
        select(RecipeVersion)
        .join(Recipe, col(Recipe.id) == col(RecipeVersion.recipe_id))
        .where(
            col(Recipe.stage) == stage,
            col(RecipeVersion.number) == col(Recipe.published),
        )
    )
    return session.scalar(statement)


def list_published(session: Session) -> list[RecipeVersion]:
    """Return the published version of every stage that has a recipe."""
    statement = select(RecipeVersion).join(
        Recipe,
        (col(Recipe.id) == col(RecipeVersion.recipe_id))
        & (col(Recipe.published) == col(RecipeVersion.number)),
    )
    return list(session.scalars(statement))


def get_version(session: Session, version_id: UUID) -> RecipeVersion:
    """Return a version by its id, as a run pinned it."""
    return session.scalars(select(RecipeVersion).where(col(RecipeVersion.id) == version_id)).one()


def last_number(session: Session, recipe_id: UUID) -> int:
    """Return the number of the newest version of a locked recipe, 0 without one."""
    statement = select(func.max(col(RecipeVersion.number))).where(
        col(RecipeVersion.recipe_id) == recipe_id
    )
    return session.scalar(statement) or 0
