"""Projects for programs: made, listed, read, changed, moved, deleted and brought back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.board import sheets
from pmflow_core.board.places import project_of
from pmflow_core.db import Session
from pmflow_core.errors import NotFound
from pmflow_core.projects.models import Priority, ProjectStatus
from pmflow_core.projects.schemas import (
    Description,
    ProjectEdit,
    ProjectQuery,
    ProjectSheet,
    StatusChange,
)
from pmflow_ui.access import member
from pmflow_ui.api import paging, preconditions, shapes
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.preconditions import TAGGED, IfMatch
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api", tags=["projects"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]


class Project(shapes.Shape):
    """A project; `stage` is the stage's slug, `stage_since` when it came there."""

    id: UUID
    number: int
    key: str
    name: str
    description: str
    stage: str
    status: ProjectStatus
    priority: Priority | None
    owner_id: UUID | None
    theme_id: UUID | None
    created_at: datetime
    stage_since: datetime
    is_deleted: bool


class NewProject(BaseModel):
    """A project from an idea, which has a name, or from a theme, whose signals become evidence."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "Bring search back", "description": "Since 4.2"}},
    )

    name: str | None = Field(None, max_length=500, description="Absent: the theme's label.")
    description: Description = ""
    theme: UUID | None = Field(None, description="The theme that it is made from.")

    @model_validator(mode="after")
    def _from_something(self) -> "NewProject":
        if self.name is None and self.theme is None:
            raise ValueError("give a name or a theme")
        return self


class ProjectChange(ProjectEdit):
    """What is changed of a project; fields left out stay."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"example": {"priority": "high", "status": "active"}},
    )

    status: ProjectStatus | None = Field(
        None, description="Ship it, archive it, or make it active again."
    )
    reason: str = Field("", max_length=2_000, description="Why it is archived.")


class Move(BaseModel):
    """Where a project goes, and why the gates do not count if an admin says so."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"stage": "prd"}})

    stage: str = Field(max_length=64, description="The stage's slug.")
    override_reason: str | None = Field(
        None, min_length=1, max_length=2_000, description="Of an admin, kept in the audit log."
    )


class Filters(BaseModel):
    """Which projects, and which part of them."""

    model_config = ConfigDict(extra="ignore")

    status: ProjectStatus | None = None
    stage: str | None = Field(None, max_length=64, description="The stage's slug.")
    priority: Priority | None = None
    owner: UUID | None = None
    theme: UUID | None = None
    q: str = Field("", max_length=200, description="A part of the name, description or key.")
    deleted: bool = Field(False, description="The bin instead of the living.")
    limit: Limit = 50
    cursor: Cursor = None

    def query(self) -> ProjectQuery:
        """Return what the core is asked."""
        return ProjectQuery(
            status=self.status,
            stage=self.stage,
            priority=self.priority,
            owner_id=self.owner,
            theme_id=self.theme,
            search=self.q,
            deleted=self.deleted,
            below=paging.as_number(self.cursor),
            limit=self.limit + 1,
        )


@router.get("/workspaces/{slug}/projects")
async def list_projects(viewer: Reader, asked: Annotated[Filters, Query()]) -> shapes.Page[Project]:
    """List projects of every status, the newest first."""
    found = await call(sheets.list_sheets, member(viewer), asked.query())
    return paging.page(found, asked.limit, Project.model_validate, lambda last: last.number)


@router.post(
    "/workspaces/{slug}/projects",
    status_code=201,
    response_model=Project,
    openapi_extra=described(NewProject),
)
async def add(
    request: Request,
    viewer: Editor,
    sent: Annotated[Sent[NewProject], Depends(Body(NewProject))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Make a project from an idea or a theme; it stands in the first stage."""
    asked = sent.value

    def act(session: Session, actor: Actor) -> BaseModel:
        if asked.theme is None:
            made = board.create_project(session, actor, asked.name or "", asked.description)
        else:
            made = board.create_from_theme(session, actor, asked.theme, name=asked.name)
            if asked.description:
                changes = ProjectEdit.model_validate({"description": asked.description})
                sheets.edit(session, actor, made.id, changes)
        return _shaped(sheets.read_sheet(session, actor, made.id))

    return await answer(request, member(viewer), sent.raw, act, status=201)


@router.get("/projects/{project}", responses={200: {"headers": TAGGED}})
async def read(project: str, viewer: Reader, response: Response) -> Project:
    """Return a project, by its id or key; its ETag changes whenever anything of it does."""

    def get(session: Session, actor: Actor) -> ProjectSheet:
        return sheets.read_sheet(session, actor, project_of(session, actor, project))

    return _tagged(response, await call(get, member(viewer)))


@router.patch(
    "/projects/{project}",
    responses={200: {"headers": TAGGED}},
    openapi_extra=described(ProjectChange),
)
async def edit(
    project: str,
    viewer: Editor,
    response: Response,
    sent: Annotated[Sent[ProjectChange], Depends(Body(ProjectChange))],
    if_match: IfMatch = None,
) -> Project:
    """Change a project, with `If-Match` only if it is what was read."""
    asked = sent.value
    changes = ProjectEdit.model_validate(
        asked.model_dump(exclude_unset=True, exclude={"status", "reason"})
    )

    becomes = None if asked.status is None else StatusChange(asked.status, asked.reason)

    def act(session: Session, actor: Actor) -> ProjectSheet:
        project_id = project_of(session, actor, project)
        now = sheets.read_sheet(session, actor, project_id).tag
        seen = preconditions.seen_tag(if_match, now)
        return sheets.edit(session, actor, project_id, changes, becomes=becomes, seen=seen)

    return _tagged(response, await call(act, member(viewer)))


@router.delete("/projects/{project}", status_code=204)
async def delete(project: str, viewer: Editor, if_match: IfMatch = None) -> Response:
    """Move a project into the bin, from where it can be restored by its id."""

    def act(session: Session, actor: Actor) -> None:
        project_id = project_of(session, actor, project)
        now = sheets.read_sheet(session, actor, project_id).tag
        sheets.delete(session, actor, project_id, seen=preconditions.seen_tag(if_match, now))

    await call(act, member(viewer))
    return Response(status_code=204)


@router.post("/projects/{project}/restore", responses={200: {"headers": TAGGED}})
async def restore(project: str, viewer: Editor, response: Response) -> Project:
    """Bring a project back from the bin, by its id."""
    return _tagged(response, await call(sheets.restore, member(viewer), _as_id(project)))


@router.post(
    "/projects/{project}/stage", response_model=shapes.Decided, openapi_extra=described(Move)
)
async def move(
    request: Request,
    project: str,
    viewer: Editor,
    sent: Annotated[Sent[Move], Depends(Body(Move))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Move a project to a stage; forward only as the gates allow, or as an admin insists."""
    asked = sent.value

    def act(session: Session, actor: Actor) -> BaseModel:
        project_id = project_of(session, actor, project)
        decision = board.move(session, actor, project_id, asked.stage, asked.override_reason)
        return shapes.Decided.model_validate(decision)

    return await answer(request, member(viewer), sent.raw, act)


def _tagged(response: Response, sheet: ProjectSheet) -> Project:
    preconditions.tag(response, sheet.tag)
    return _shaped(sheet)


def _shaped(sheet: ProjectSheet) -> Project:
    return Project.model_validate(sheet)


def _as_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is no such project; one in the bin is named by its id.") from error
