"""The figures of a workspace over time, as programs see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from pmflow_core.accounts.actor import Role
from pmflow_core.automation.models import Verdict
from pmflow_core.insights import service
from pmflow_core.insights.schemas import InsightsRead, Range
from pmflow_core.runs.status import FailureClass
from pmflow_ui.access import member
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.shapes import Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}", tags=["insights"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]


class Series(Shape):
    """Counts of one thing, one for each bucket."""

    name: str
    counts: Sequence[int]


class Theme(Shape):
    """Signals of one theme, one count for each bucket."""

    id: UUID
    label: str
    counts: Sequence[int]


class Stage(Shape):
    """How long projects stayed in a stage; null while no visit ended."""

    slug: str
    name: str
    visits: int
    median_s: float | None = Field(description="Median of the visits that ended, seconds.")


class Flow(Shape):
    """Projects that reached the last stage, and how long that took from their creation."""

    arrived: int
    median_s: float | None = Field(description="Seconds.")
    before_s: float | None = Field(description="The same in the range before.")


class ProjectCost(Shape):
    """What calls for a project cost; without a key: for none."""

    key: str | None
    name: str
    by_provider: Mapping[str, Decimal] = Field(description="US dollars.")


class Costs(Shape):
    """What calls cost, US dollars; `projects` are the six dearest."""

    total_usd: Decimal
    before_usd: Decimal
    by_provider: Mapping[str, Decimal]
    projects: Sequence[ProjectCost]
    others_usd: Decimal


class Insights(BaseModel):
    """All figures of a workspace over one range, in buckets of whole days of UTC."""

    days: int
    starts: Sequence[datetime] = Field(description="When each bucket starts.")
    ends: datetime = Field(description="When the last one ends.")
    signals: int
    signals_before: int
    critical_unlinked: int = Field(description="Critical signals of any age in no project.")
    severities: Sequence[Series]
    sources: Sequence[Series]
    themes: Sequence[Theme] = Field(description="The four largest of the range.")
    flow: Flow
    stages: Sequence[Stage]
    outcomes: Sequence[Series]
    failures: Mapping[FailureClass, int]
    costs: Costs
    decisions: Mapping[Verdict, int]
    themes_looked_at: int


@router.get("/insights")
async def read_insights(
    slug: str,  # noqa: ARG001
    viewer: Reader,
    days: Annotated[Range, Query(description="How far back.")] = Range.QUARTER,
) -> Insights:
    """Count what came in, how work went and what it cost, over the last days."""
    return _shown(await call(service.read_insights, member(viewer), days))


def _shown(read: InsightsRead) -> Insights:
    return Insights(
        days=read.days,
        starts=read.span.starts,
        ends=read.span.end,
        signals=read.signals,
        signals_before=read.signals_before,
        critical_unlinked=read.critical_unlinked,
        severities=[Series.model_validate(each) for each in read.severities],
        sources=[Series.model_validate(each) for each in read.sources],
        themes=[Theme.model_validate(each) for each in read.themes],
        flow=Flow.model_validate(read.flow),
        stages=[Stage.model_validate(each) for each in read.stages],
        outcomes=[Series.model_validate(each) for each in read.outcomes],
        failures=read.failures,
        costs=Costs.model_validate(read.costs),
        decisions=read.decisions,
        themes_looked_at=read.themes_looked_at,
    )
