"""Tables of recipes and their immutable versions."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import text_enum

# Where the steps stand that were run for once; no stage's slug has parentheses.
AD_HOC = "(ad hoc)"


class VersionStatus(StrEnum):
    """Whether runs may use a version."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Recipe(TenantRow, table=True):
    """The automation of one stage; new runs pin its published version."""

    __tablename__ = "recipes"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "stage"),
    )

    stage: str
    published: int = Field(default=0, description="Number of the version new runs use.")


class RecipeVersion(TenantRow, table=True):
    """One immutable specification."""

    __tablename__ = "recipe_versions"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("recipe_id", "number"),
        in_same_workspace("recipe_id", "recipes"),
    )

    recipe_id: UUID
    number: int
    status: VersionStatus = Field(sa_type=text_enum(VersionStatus))
    spec: dict[str, Any] = Field(sa_type=JSONB)
    author_id: UUID | None = None
