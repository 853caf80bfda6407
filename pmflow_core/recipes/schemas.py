"""What of recipes crosses a border: their versions as people list them."""

from dataclasses import dataclass
from datetime import datetime

from pmflow_core.recipes.models import VersionStatus
from pmflow_core.recipes.spec import Level


@dataclass(frozen=True, slots=True)
class VersionRead:
    """A version of a stage's recipe; `is_current` is the one that new runs use."""

    stage: str
    number: int
    status: VersionStatus
    is_current: bool
    title: str
    level: Level
    notes: str
    author: str
    saved_at: datetime
    published_at: datetime | None
    published_by: str | None


@dataclass(frozen=True, slots=True)
class RecipeRead:
    """A stage's recipe: which version new runs use, and the newest that was saved."""

    stage: str
    title: str
    level: Level
    stop_stage: str | None
    published: int
    latest: int
    steps: int
    gates: int
