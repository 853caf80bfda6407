"""The stages of a workspace as programs see them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import stages as closing
from pmflow_core.db import Session
from pmflow_core.errors import Invalid
from pmflow_core.projects import stages
from pmflow_core.projects.stages import Colour, StageRead
from pmflow_ui.access import member
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/stages", tags=["stages"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]


class Stage(Shape):
    """A column of the board; `projects` are the active ones in it."""

    slug: str = Field(description="What recipes and addresses call it; it never changes.")
    name: str
    colour: Colour
    position: int
    enabled: bool
    projects: int


class StageIn(BaseModel):
    """A new stage, which comes last."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    colour: Colour = Colour.SLATE


class StageEdit(BaseModel):
    """What changes; fields left out stay."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, max_length=200)
    colour: Colour | None = None
    enabled: bool | None = None
    projects_to: str | None = Field(
        None, max_length=64, description="Where a disabled stage's projects go: another's slug."
    )


class Order(BaseModel):
    """Every stage's slug, from left to right."""

    model_config = ConfigDict(extra="forbid")

    stages: list[str] = Field(max_length=100)


@router.get("")
async def list_stages(slug: str, viewer: Reader) -> Page[Stage]:  # noqa: ARG001
    """List the stages from left to right, disabled ones too."""
    return _page(await call(stages.list_stages, member(viewer)))


@router.post("", status_code=201, response_model=Stage, openapi_extra=described(StageIn))
async def add_stage(
    request: Request,
    viewer: Admin,
    sent: Annotated[Sent[StageIn], Depends(Body(StageIn))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Add a stage at the right end; it has no recipe until one is written."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return Stage.model_validate(stages.add(session, actor, sent.value.name, sent.value.colour))

    return await answer(request, member(viewer), sent.raw, act, status=201)


@router.put("/order", openapi_extra=described(Order))
async def order_stages(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    sent: Annotated[Sent[Order], Depends(Body(Order))],
) -> Page[Stage]:
    """Put the stages in order."""
    return _page(await call(stages.put_in_order, member(viewer), sent.value.stages))


@router.patch("/{stage}", openapi_extra=described(StageEdit))
async def edit_stage(
    slug: str,  # noqa: ARG001
    stage: str,
    viewer: Admin,
    sent: Annotated[Sent[StageEdit], Depends(Body(StageEdit))],
) -> Stage:
    """Rename, recolour, disable or enable a stage."""
    wanted = sent.value
    if wanted.projects_to is not None and wanted.enabled is not False:
        raise Invalid("projects_to goes with enabled: false.")

    def do(session: Session, actor: Actor) -> StageRead:
        made = stages.edit(session, actor, stage, name=wanted.name, colour=wanted.colour)
        if wanted.enabled is None:
            return made
        if wanted.enabled:
            return stages.enable(session, actor, stage)
        return closing.disable(session, actor, stage, projects_to=wanted.projects_to)

    return Stage.model_validate(await call(do, member(viewer)))


def _page(found: list[StageRead]) -> Page[Stage]:
    return Page(items=[Stage.model_validate(each) for each in found])
