"""What a workspace lets pmflow do by itself, typed and bounded."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pmflow_core.signals.models import Severity

AREA = "automation"


class Depth(StrEnum):
    """How far pmflow goes by itself with a theme."""

    MANUAL = "manual"
    SUGGEST = "suggest"
    AUTO_CREATE = "auto_create"
    FULL_AUTO = "full_auto"


class AutomationSettings(BaseModel):
    """The settings of one workspace; the defaults are those of a new one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    depth: Depth = Field(
        Depth.SUGGEST,
        description=(
            "manual: nothing; suggest: propose projects and PRDs; auto_create: create projects,"
            " propose PRDs; full_auto: create projects and run their PRD."
        ),
    )
    initiative_at: int = Field(
        3, ge=2, le=10_000, description="Signals a theme needs for a project."
    )
    prd_at: int = Field(5, ge=2, le=10_000, description="Signals a theme needs for a PRD.")
    min_confidence: float = Field(
        0.7, ge=0, le=1, description="Confidence that a theme needs, 0 to 1."
    )
    min_severity: Severity | None = Field(
        None, description="A theme's worst signal must be at least this severe; null: any."
    )
    daily_cap: int = Field(
        10,
        ge=0,
        le=1_000,
        description="Actions by itself within 24 hours, and as many proposals.",
    )
    cooldown_min: int = Field(
        60, ge=0, le=10_080, description="Minutes between two actions on the same theme."
    )
    notify_at: int | None = Field(
        3,
        ge=2,
        le=10_000,
        description="Signals at which editors are told of a theme, once; null: never.",
    )
    orphans_after_days: int = Field(
        14, ge=1, le=3_650, description="Days after which a new signal without a link is an orphan."
    )
    orphans_notify_at: int = Field(
        10, ge=1, le=100_000, description="Orphans from which on editors are told, once a week."
    )
    duplicates: bool = Field(True, description="Look for duplicates among all live signals.")
    archival: bool = Field(False, description="Archive signals that are long done with.")
    archive_linked_days: int = Field(
        90, ge=1, le=3_650, description="Days after its last link that a linked signal is archived."
    )
    archive_reviewed_days: int = Field(
        30, ge=1, le=3_650, description="Days after it came in that a reviewed one is archived."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.prd_at < self.initiative_at:
            raise ValueError("a PRD needs at least as many signals as a project")
        return self
