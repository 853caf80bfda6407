"""What people say about a project and its documents, for programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity.comments import LONGEST, CommentRead
from pmflow_core.board import discussion
from pmflow_core.board import service as board
from pmflow_core.board.discussion import Place
from pmflow_core.board.places import project_of
from pmflow_core.db import Session
from pmflow_ui.access import member
from pmflow_ui.api import paging
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/projects/{project}/comments", tags=["comments"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
DocumentType = Annotated[
    str | None,
    Query(max_length=64, description="Of this type of document; absent: of the project itself."),
]


class Comment(Shape):
    """What somebody says; plain text, in which `@name` tells a member."""

    id: UUID
    at: datetime
    text: str = Field(description="Empty once it is deleted.")
    author: str
    author_id: UUID | None = Field(description="Null for an API key, and for who left.")
    document: str | None = Field(
        validation_alias="document_type", description="Type of the document it speaks of."
    )
    section: str | None = Field(description="Title of the section it speaks of.")
    mentions: Sequence[UUID] = Field(description="Members whom it names.")
    is_edited: bool
    is_deleted: bool


class Thread(Comment):
    """A comment with the answers to it, which are never answered themselves."""

    resolved_by: str | None = Field(description="Who closed the thread; null while it is open.")
    replies: Sequence[Comment]


class Said(BaseModel):
    """A new comment on a project, on one of its documents, or an answer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"text": "@Design lead, since when?", "document": "research"}
        },
    )

    text: str = Field(min_length=1, max_length=LONGEST)
    document: str | None = Field(None, max_length=64, description="Type of a document.")
    section: str | None = Field(None, max_length=200, description="Title of one of its sections.")
    reply_to: UUID | None = Field(None, description="A comment of the thread that is answered.")


class Corrected(BaseModel):
    """What the comment says instead."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"text": "Since May."}})

    text: str = Field(min_length=1, max_length=LONGEST)


@router.get("")
async def list_them(
    project: str,
    viewer: Reader,
    document: DocumentType = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Thread]:
    """List the threads about a project or one of its documents, the oldest first."""

    def read(session: Session, actor: Actor) -> tuple[CommentRead, ...]:
        place = Place(_key(session, actor, project), document)
        return discussion.list_threads(session, actor, place)

    return paging.slice_of(await call(read, member(viewer)), cursor, limit, Thread.model_validate)


@router.get("/{comment_id}")
async def read(project: str, comment_id: UUID, viewer: Reader) -> Thread:
    """Return the thread in which a comment stands."""
    return await call(_read, member(viewer), project, comment_id)


@router.post("", status_code=201, response_model=Comment, openapi_extra=described(Said))
async def say(
    request: Request,
    project: str,
    viewer: Editor,
    sent: Annotated[Sent[Said], Depends(Body(Said))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Comment, or answer a thread; members it names as `@name` are told once."""
    asked = sent.value

    def act(session: Session, actor: Actor) -> BaseModel:
        place = Place(_key(session, actor, project), asked.document)
        said = discussion.say(
            session, actor, place, asked.text, section=asked.section, reply_to=asked.reply_to
        )
        return Comment.model_validate(said)

    return await answer(request, member(viewer), sent.raw, act, status=201)


@router.patch("/{comment_id}", openapi_extra=described(Corrected))
async def correct(
    project: str,
    comment_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[Corrected], Depends(Body(Corrected))],
) -> Comment:
    """Change one's own comment; who is named only now is told. A key has none of its own."""

    def act(session: Session, actor: Actor) -> Comment:
        place = _place(session, actor, project, comment_id)
        said = discussion.correct(session, actor, place, comment_id, sent.value.text)
        return Comment.model_validate(said)

    return await call(act, member(viewer))


@router.delete("/{comment_id}", status_code=204)
async def delete(project: str, comment_id: UUID, viewer: Editor) -> Response:
    """Delete one's own comment, as an admin anybody's; it can be restored for 30 days."""

    def act(session: Session, actor: Actor) -> None:
        place = _place(session, actor, project, comment_id)
        discussion.delete(session, actor, place, comment_id)

    await call(act, member(viewer))
    return Response(status_code=204)


@router.post("/{comment_id}/restore")
async def restore(project: str, comment_id: UUID, viewer: Editor) -> Thread:
    """Bring a deleted comment back."""

    def act(session: Session, actor: Actor) -> Thread:
        place = _place(session, actor, project, comment_id)
        discussion.restore(session, actor, place, comment_id)
        return _read(session, actor, project, comment_id)

    return await call(act, member(viewer))


@router.post("/{comment_id}/resolve")
async def resolve(project: str, comment_id: UUID, viewer: Editor) -> Thread:
    """Close the thread in which a comment stands."""
    return await call(_resolve, member(viewer), project, comment_id, resolved=True)


@router.post("/{comment_id}/reopen")
async def reopen(project: str, comment_id: UUID, viewer: Editor) -> Thread:
    """Open a closed thread again."""
    return await call(_resolve, member(viewer), project, comment_id, resolved=False)


def _resolve(
    session: Session, actor: Actor, project: str, comment_id: UUID, *, resolved: bool
) -> Thread:
    actor.require(Role.EDITOR)
    place = _place(session, actor, project, comment_id)
    discussion.resolve(session, actor, place, comment_id, resolved=resolved)
    return Thread.model_validate(discussion.read_thread(session, actor, place, comment_id))


def _read(session: Session, actor: Actor, project: str, comment_id: UUID) -> Thread:
    place = _place(session, actor, project, comment_id)
    return Thread.model_validate(discussion.read_thread(session, actor, place, comment_id))


def _place(session: Session, actor: Actor, project: str, comment_id: UUID) -> Place:
    return discussion.place_of(session, actor, project_of(session, actor, project), comment_id)


def _key(session: Session, actor: Actor, project: str) -> str:
    return board.project_key(session, actor, project_of(session, actor, project))
