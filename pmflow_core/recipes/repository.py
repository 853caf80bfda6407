"""Statements over recipes and their versions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.models import AuditEntry, User
from pmflow_core.clock import utcnow
from pmflow_core.errors import NotFound
from pmflow_core.ids import uuid7
from pmflow_core.recipes.models import AD_HOC, Recipe, RecipeVersion


def find_recipe(session: Session, stage: str, *, lock: bool = False) -> Recipe | None:
    """Return the stage's recipe, locked when asked, or None."""
    statement = select(Recipe).where(col(Recipe.stage) == stage)
    if lock:
        statement = statement.with_for_update(key_share=True)
    return session.scalar(statement.execution_options(populate_existing=lock))


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


def list_runnable(session: Session) -> frozenset[str]:
    """Return the stages that have a published version."""
    statement = select(col(Recipe.stage)).join(
        RecipeVersion,
        (col(Recipe.id) == col(RecipeVersion.recipe_id))
        & (col(Recipe.published) == col(RecipeVersion.number)),
    )
    return frozenset(session.scalars(statement))


def get_version(session: Session, version_id: UUID) -> RecipeVersion:
    """Return a version by its id, as a run pinned it."""
    return session.scalars(select(RecipeVersion).where(col(RecipeVersion.id) == version_id)).one()


def is_ad_hoc(session: Session, version_id: UUID) -> bool:
    """Return whether a version was stored to be run once, and is of no stage's recipe."""
    statement = (
        select(col(Recipe.id))
        .join(RecipeVersion, col(RecipeVersion.recipe_id) == col(Recipe.id))
        .where(col(RecipeVersion.id) == version_id, col(Recipe.stage) == AD_HOC)
    )
    return session.scalar(statement) is not None


def find_version(session: Session, stage: str, number: int) -> RecipeVersion:
    """Return a version of a stage's recipe by its number; raises NotFound naming the newest."""
    statement = (
        select(RecipeVersion)
        .join(Recipe, col(Recipe.id) == col(RecipeVersion.recipe_id))
        .where(col(Recipe.stage) == stage, col(RecipeVersion.number) == number)
    )
    version = session.scalar(statement)
    if version is None:
        raise NotFound(f"The recipe of {stage} has no version {number}.")
    return version


def list_versions(session: Session, stage: str) -> list[tuple[RecipeVersion, int, str | None]]:
    """Return (version, published number, author's name), the newest first."""
    statement = (
        select(RecipeVersion, col(Recipe.published), col(User.name))
        .join(Recipe, col(Recipe.id) == col(RecipeVersion.recipe_id))
        .outerjoin(User, col(User.id) == col(RecipeVersion.author_id))
        .where(col(Recipe.stage) == stage)
        .order_by(col(RecipeVersion.number).desc())
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def publications(session: Session, stage: str) -> dict[int, tuple[datetime, str]]:
    """Return when and by whom each version was published last, by its number."""
    statement = (
        select(AuditEntry)
        .where(
            col(AuditEntry.action).in_(("recipe.published", "recipe.rolled_back")),
            col(AuditEntry.target) == stage,
        )
        .order_by(col(AuditEntry.id))
    )
    return {
        int(entry.detail["version"]): (entry.created_at, entry.actor_name)
        for entry in session.scalars(statement)
    }


def list_recipes(session: Session) -> list[tuple[RecipeVersion, int]]:
    """Return the published version of each stage with the number of its newest."""
    newest = (
        select(col(RecipeVersion.recipe_id), func.max(col(RecipeVersion.number)).label("latest"))
        .group_by(col(RecipeVersion.recipe_id))
        .subquery()
    )
    statement = (
        select(RecipeVersion, newest.c.latest)
        .join(Recipe, col(Recipe.id) == col(RecipeVersion.recipe_id))
        .join(newest, newest.c.recipe_id == col(Recipe.id))
        .where(col(Recipe.published) == col(RecipeVersion.number))
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def add_recipe(session: Session, workspace_id: UUID, stage: str) -> None:
    """Make a stage's recipe when it has none, however many people do so at once."""
    session.execute(
        insert(Recipe)
        .values(
            id=uuid7(),
            created_at=utcnow(),
            workspace_id=workspace_id,
            stage=stage,
            published=0,
        )
        .on_conflict_do_nothing()
    )


def last_number(session: Session, recipe_id: UUID) -> int:
    """Return the number of the newest version of a locked recipe, 0 without one."""
    statement = select(func.max(col(RecipeVersion.number))).where(
        col(RecipeVersion.recipe_id) == recipe_id
    )
    return session.scalar(statement) or 0
