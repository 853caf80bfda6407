"""Recipes for programs: read, saved as drafts, published and rolled back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board.places import project_of
from pmflow_core.db import Session
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.models import RecipeVersion, VersionStatus
from pmflow_core.recipes.schemas import VersionRead
from pmflow_core.recipes.spec import Level, RecipeSpec
from pmflow_core.recipes.validation import parse
from pmflow_core.runs import trials
from pmflow_core.runs.extensions import installed
from pmflow_ui.access import member
from pmflow_ui.api import paging
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Page, Requested, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/recipes", tags=["recipes"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]
MAX_RECIPE_BYTES = 1_000_000
MOST = 2**31 - 1
Number = Annotated[int, Field(ge=1, le=MOST)]


class RecipeItem(Shape):
    """A stage's recipe; new runs use the version `published`, the newest saved is `latest`."""

    stage: str
    title: str
    level: Level
    stop_stage: str | None
    published: int
    latest: int
    steps: int
    gates: int


class RecipeVersionItem(Shape):
    """A version of a recipe; `is_current` is the one that new runs use."""

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


class Saved(Shape):
    """A version that was saved or published."""

    number: int
    status: VersionStatus


class Draft(BaseModel):
    """A recipe to be saved as its stage's next version."""

    model_config = ConfigDict(extra="forbid")

    spec: Mapping[str, Any] = Field(description="The whole recipe, as a version of it is read.")
    expected: int | None = Field(
        None, ge=0, le=MOST, description="The newest version that you have seen; else 409."
    )


class Which(BaseModel):
    """A version of a recipe."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"version": 2}})

    version: Number


class Trial(BaseModel):
    """Which step of which version is to be tried, and on which project."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"version": 2, "step": "prd", "project": "ACME-7"}},
    )

    version: Number
    step: str = Field(min_length=1, max_length=80, description="Its key in the recipe.")
    project: str = Field(min_length=1, max_length=64, description="Its id or key.")


@router.get("")
async def list_them(viewer: Reader, limit: Limit = 50, cursor: Cursor = None) -> Page[RecipeItem]:
    """List the recipes of the stages that have one, from left to right."""
    found = await call(recipes.list_recipes, member(viewer))
    return paging.slice_of(found, cursor, limit, RecipeItem.model_validate)


@router.get("/{stage}")
async def read(stage: str, viewer: Reader) -> RecipeSpec:
    """Return the recipe that new runs of a stage use."""
    return await call(recipes.get_spec, member(viewer), stage)


@router.get("/{stage}/versions")
async def versions(
    stage: str, viewer: Reader, limit: Limit = 50, cursor: Cursor = None
) -> Page[RecipeVersionItem]:
    """List the versions of a stage's recipe, the newest first."""
    found = await call(_versions, member(viewer), stage)
    return paging.slice_of(found, cursor, limit, RecipeVersionItem.model_validate)


@router.get("/{stage}/versions/{number}")
async def version(stage: str, number: int, viewer: Reader) -> RecipeSpec:
    """Return a version of a recipe; it never changes."""
    if not 1 <= number <= MOST:
        raise NotFound(f"The recipe of {stage} has no version {number}.")
    return await call(recipes.get_spec, member(viewer), stage, number)


@router.post(
    "/{stage}/versions",
    status_code=201,
    response_model=Saved,
    openapi_extra=described(Draft),
)
async def save(
    request: Request,
    stage: str,
    viewer: Admin,
    sent: Annotated[Sent[Draft], Depends(Body(Draft, MAX_RECIPE_BYTES))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Save a recipe as its stage's next version; runs use it when it is published."""
    asked = sent.value
    spec = parse(asked.spec)
    if spec.stage != stage:
        raise Invalid(f"That is a recipe of {spec.stage}, and the address says {stage}.")

    def act(session: Session, actor: Actor) -> BaseModel:
        catalogue = installed().catalogue()
        return _saved(recipes.save_draft(session, actor, spec, catalogue, asked.expected))

    return await answer(request, member(viewer), sent.raw, act, status=201)


@router.post("/{stage}/publish", response_model=Saved, openapi_extra=described(Which))
async def publish(
    request: Request,
    stage: str,
    viewer: Admin,
    sent: Annotated[Sent[Which], Depends(Body(Which))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Let new runs use a saved version; open runs keep theirs."""

    def act(session: Session, actor: Actor) -> BaseModel:
        catalogue, number = installed().catalogue(), sent.value.version
        return _saved(recipes.publish_version(session, actor, stage, number, catalogue))

    return await answer(request, member(viewer), sent.raw, act)


@router.post("/{stage}/rollback", response_model=Saved, openapi_extra=described(Which))
async def roll_back(
    request: Request,
    stage: str,
    viewer: Admin,
    sent: Annotated[Sent[Which], Depends(Body(Which))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Let new runs use a version again that was in use before."""

    def act(session: Session, actor: Actor) -> BaseModel:
        catalogue, number = installed().catalogue(), sent.value.version
        return _saved(recipes.roll_back(session, actor, stage, number, catalogue))

    return await answer(request, member(viewer), sent.raw, act)


@router.post(
    "/{stage}/try", response_model=Requested, status_code=202, openapi_extra=described(Trial)
)
async def try_step(
    request: Request,
    stage: str,
    viewer: Admin,
    sent: Annotated[Sent[Trial], Depends(Body(Trial))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Try one step of a version on a project; nothing is kept of it but its run."""
    wanted = sent.value

    def act(session: Session, actor: Actor) -> BaseModel:
        of = project_of(session, actor, wanted.project)
        run = trials.request_trial(session, actor, of, stage, wanted.version, wanted.step)
        return Requested.model_validate(run)

    return await answer(request, member(viewer), sent.raw, act, status=202)


@router.get("/{stage}/diff")
async def compare(
    stage: str,
    viewer: Reader,
    old: Annotated[int, Query(alias="from", ge=1, le=MOST, description="The older version.")],
    new: Annotated[int, Query(alias="to", ge=1, le=MOST, description="The newer version.")],
) -> Sequence[str]:
    """Say in words how a version of a recipe differs from another."""
    return await call(recipes.compare, member(viewer), stage, old, new)


def _versions(session: Session, actor: Actor, stage: str) -> tuple[VersionRead, ...]:
    found = recipes.list_versions(session, actor, stage)
    if not found:
        raise NotFound(f"{stage} has no recipe.")
    return found


def _saved(made: RecipeVersion) -> BaseModel:
    return Saved.model_validate(made)
