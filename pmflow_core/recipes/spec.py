"""What a recipe says, as typed data: importable from Python and stored as a version."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, Field(max_length=80)]
Criterion = Annotated[str, Field(max_length=500)]


class Level(StrEnum):
    """How far a project advances without a person."""

    HUMAN_APPROVAL = "human_approval"
    AUTO_TO_STAGE = "auto_to_stage"
    FULL_AUTO = "full_auto"


class OnFailure(StrEnum):
    """What happens to the project when a run of the recipe fails."""

    STAY = "stay"
    REVERT = "revert"
    ASK = "ask"
    REVIEW_REQUIRED = "review_required"


class Strictness(StrEnum):
    """What a failed criterion does to its step."""

    STRICT = "strict"
    LENIENT = "lenient"
    OFF = "off"


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StepSpec(_Spec):
    """One task of a recipe."""

    key: Slug = Field(description="Unique in the recipe; names the checkpoint.")
    title: str = Field(min_length=1, max_length=80)
    skill: Name = Field(description="The registered step that does the work.")
    params: dict[str, Any] = Field(default_factory=dict)
    criteria: tuple[Criterion, ...] = Field(
        default=(), max_length=30, description="Such as cites:5 or quotes:verbatim."
    )
    strictness: Strictness = Field(
        default=Strictness.STRICT,
        description="strict refuses what fails, lenient only reports it, off checks nothing.",
    )
    retries: int = Field(default=0, ge=0, le=3, description="Further tries when a criterion fails.")
    backoff_s: float = Field(
        default=0, ge=0, le=300, description="Seconds before the second try; doubled each time."
    )
    timeout_s: float = Field(default=600, gt=0, le=3600, description="Seconds one try may take.")
    continue_on_error: bool = Field(
        default=False, description="Go on with the next step when this one fails."
    )
    commit: bool = Field(
        default=False, description="Commit what it wrote to the workspace's git repository."
    )
    tools: tuple[Name, ...] = Field(
        default=(), max_length=20, description="Tools the model may call."
    )
    max_calls: int = Field(default=100, ge=1, le=1000, description="Calls to models and tools.")
    max_cost_usd: float | None = Field(
        default=None, gt=0, le=10_000, description="US dollars all its calls may cost."
    )


class GateSpec(_Spec):
    """One check on the project before it may leave the stage."""

    kind: Name
    title: str = Field(min_length=1, max_length=80)
    params: dict[str, Any] = Field(default_factory=dict)
    optional: bool = Field(default=False, description="Report, do not block.")


class RecipeSpec(_Spec):
    """The automation of one stage."""

    stage: Slug
    title: str = Field(min_length=1, max_length=80)
    notes: str = Field(
        default="", max_length=500, description="What this version changes, for its history."
    )
    steps: tuple[StepSpec, ...] = Field(min_length=1, max_length=20)
    gates: tuple[GateSpec, ...] = Field(default=(), max_length=20)
    level: Level = Level.HUMAN_APPROVAL
    stop_stage: Slug | None = Field(default=None, description="Where auto_to_stage ends.")
    provider: Name | None = Field(
        default=None, description="None means the installation's default."
    )
    fallbacks: tuple[Name, ...] = Field(
        default=(), max_length=4, description="Providers that are asked when the first fails."
    )
    budget_usd: float | None = Field(
        default=None,
        gt=0,
        le=1_000_000,
        description="US dollars one run may cost; None means the installation's default.",
    )
    on_failure: OnFailure = OnFailure.STAY
