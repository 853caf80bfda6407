"""A project as programs see it: why it is where it is, what was decided, and what runs made."""

from typing import Annotated

from fastapi import APIRouter, Depends

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import history, reads, results
from pmflow_core.board.places import project_of
from pmflow_core.db import Session
from pmflow_ui.access import member
from pmflow_ui.api import paging, shapes
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/projects/{project}", tags=["projects"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]


@router.get("/why")
async def why(project: str, viewer: Reader) -> shapes.Why:
    """Say why a project, by its id or key, is where it is and who does what next."""

    def read(session: Session, actor: Actor) -> shapes.Why:
        found = reads.read_why(session, actor, project_of(session, actor, project))
        return shapes.Why.model_validate(found)

    return await call(read, member(viewer))


@router.get("/decisions")
async def decisions(
    project: str, viewer: Reader, limit: Limit = 50, cursor: Cursor = None
) -> shapes.Page[shapes.Decision]:
    """List every evaluation of whether the project may advance, the newest first."""
    below = paging.as_id(cursor)

    def read(session: Session, actor: Actor) -> shapes.Page[shapes.Decision]:
        of = project_of(session, actor, project)
        found = history.list_decisions(session, actor, of, below=below, limit=limit + 1)
        shape = shapes.Decision.model_validate
        return paging.page(found, limit, shape, lambda last: last.id)

    return await call(read, member(viewer))


@router.get("/artifacts")
async def artifacts(
    project: str, viewer: Reader, limit: Limit = 50, cursor: Cursor = None
) -> shapes.Page[shapes.Artifact]:
    """List the files that the project's runs made, the newest first."""

    def read(session: Session, actor: Actor) -> shapes.Page[shapes.Artifact]:
        found = results.list_artifacts(session, actor, project_of(session, actor, project))
        return paging.slice_of(found, cursor, limit, shapes.Artifact.model_validate)

    return await call(read, member(viewer))


@router.get("/tickets")
async def tickets(
    project: str, viewer: Reader, limit: Limit = 50, cursor: Cursor = None
) -> shapes.Page[shapes.Ticket]:
    """List the project's tickets in the order of the plan."""

    def read(session: Session, actor: Actor) -> shapes.Page[shapes.Ticket]:
        found = results.list_tickets(session, actor, project_of(session, actor, project))
        return paging.slice_of(found, cursor, limit, shapes.Ticket.model_validate)

    return await call(read, member(viewer))


@router.get("/jury")
async def jury(project: str, viewer: Reader) -> shapes.Jury | None:
    """Return the votes of the project's newest jury, null while there was none."""

    def read(session: Session, actor: Actor) -> shapes.Jury | None:
        found = results.read_jury(session, actor, project_of(session, actor, project))
        return None if found is None else shapes.Jury.model_validate(found)

    return await call(read, member(viewer))
