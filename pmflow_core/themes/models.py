"""Tables of themes, which signals are in them, and the clusterings that shaped them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import Vector
from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import String, Uuid
from sqlmodel import Field

from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime, text_enum
from pmflow_core.signals.models import DIMENSIONS


class ThemeStatus(StrEnum):
    """Whether signals still join it."""

    ACTIVE = "active"
    RETIRED = "retired"


class PlacedBy(StrEnum):
    """Who put a signal into its theme."""

    CLUSTERING = "clustering"
    PLACEMENT = "placement"
    PERSON = "person"


class Clustering(TenantRow, table=True):
    """One run of the clustering rule, with its version and parameters."""

    __tablename__ = "clusterings"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(None, "workspace_id", "created_at"),
    )

    version: str
    params: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    signals: int
    themes: int
    seconds: float


class Theme(TenantRow, table=True):
    """A persisted cluster of signals; its id outlives every re-clustering."""

    __tablename__ = "themes"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        in_same_workspace("clustering_id", "clusterings"),
        Index(None, "workspace_id", "status"),
    )

    label: str
    renamed_by: UUID | None = Field(default=None, description="The person who named it.")
    locked: bool = Field(default=False)
    keywords: list[str] = Field(default_factory=list, sa_type=ARRAY(String))
    centroid: Any = Field(default=None, sa_type=Vector(DIMENSIONS))
    status: ThemeStatus = Field(default=ThemeStatus.ACTIVE, sa_type=text_enum(ThemeStatus))
    clustering_id: UUID | None = None
    changed_at: datetime = Field(sa_type=UtcDateTime)


class ThemeMembership(TenantRow, table=True):
    """A signal's one theme, and how it got there."""

    __tablename__ = "theme_memberships"
    __table_args__ = (
        UniqueConstraint("workspace_id", "signal_id"),
        in_same_workspace("theme_id", "themes"),
        in_same_workspace("signal_id", "signals"),
        Index(None, "workspace_id", "theme_id", "similarity"),
    )

    theme_id: UUID
    signal_id: UUID
    similarity: float = Field(description="Cosine to the theme's centroid when it was placed.")
    placed_by: PlacedBy = Field(sa_type=text_enum(PlacedBy))


class ThemeEventKind(StrEnum):
    """What happened to a theme."""

    FORMED = "formed"
    SPLIT = "split"
    MERGED = "merged"
    RETIRED = "retired"
    RESTORED = "restored"


class ThemeEvent(TenantRow, table=True):
    """One step of a theme's lineage; append-only."""

    __tablename__ = "theme_events"
    __table_args__ = (
        in_same_workspace("theme_id", "themes"),
        Index(None, "workspace_id", "theme_id", "created_at"),
    )

    theme_id: UUID
    kind: ThemeEventKind = Field(sa_type=text_enum(ThemeEventKind))
    others: list[UUID] = Field(
        default_factory=list, sa_type=ARRAY(Uuid), description="The themes it came from or went to."
    )
    signals: int = Field(description="How many changed theme with it.")
    clustering_id: UUID | None = None
    proposal_id: UUID | None = None
    actor_id: UUID | None = None


class ProposalKind(StrEnum):
    """What a re-clustering would do to themes that people know; or what a person did by hand.

    Only people move single signals.
    """

    SPLIT = "split"
    MERGE = "merge"
    RETIRE = "retire"
    MOVE = "move"


class ProposalStatus(StrEnum):
    """What became of it; superseded when a later clustering says otherwise."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    DISMISSED = "dismissed"
    UNDONE = "undone"
    SUPERSEDED = "superseded"


class ThemeProposal(TenantRow, table=True):
    """A change of which signals are in which themes: it waits for a person, or a person made it."""

    __tablename__ = "theme_proposals"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "uq_theme_proposals_key",
            "workspace_id",
            "key",
            unique=True,
            postgresql_where="status IN ('proposed', 'dismissed')",
        ),
        Index(None, "workspace_id", "status", "created_at"),
    )

    kind: ProposalKind = Field(sa_type=text_enum(ProposalKind))
    status: ProposalStatus = Field(
        default=ProposalStatus.PROPOSED, sa_type=text_enum(ProposalStatus)
    )
    key: str = Field(description="What makes a second proposal the same one.")
    theme_ids: list[UUID] = Field(sa_type=ARRAY(Uuid), description="The themes it is about.")
    plan: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=JSONB,
        description="New themes, and who moves from where to where.",
    )
    signals: int = Field(description="How many signals move.")
    documents: int = Field(description="How many documents cite them.")
    clustering_id: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: UUID | None = None
    undo: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, description="What undoing it restores."
    )
