"""What programs do with signals that exist: link, unlink, and put many aside at once."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board.places import project_of
from pmflow_core.db import Session
from pmflow_core.signals import bulk, links, tags
from pmflow_core.signals.schemas import MAX_PAGE, TagName, Undo
from pmflow_ui.access import member
from pmflow_ui.api import shapes
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/signals", tags=["signals"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
Number = Annotated[int, Path(ge=1, le=999_999_999, description="12 of S-12.")]
SignalName = Annotated[str, Field(pattern=r"^S-[1-9][0-9]{0,8}$")]
Action = Literal["link", "unlink", "tag", "untag", "archive", "review", "restore", "delete"]


class LinkItem(shapes.Shape):
    """A project that a signal is evidence of."""

    project: str = Field(validation_alias="key")
    name: str
    reason: str
    confidence: float | None = Field(description="0 to 1; null when a person linked it.")


class LinksAnswer(BaseModel):
    """The projects that a signal is evidence of, the oldest link first."""

    items: Sequence[LinkItem]


class LinkBody(BaseModel):
    """The project to link to."""

    model_config = ConfigDict(extra="forbid")

    project: str = Field(min_length=1, max_length=64, description="Its id or key.")


class Empty(BaseModel):
    """An empty body."""

    model_config = ConfigDict(extra="forbid")


class BulkBody(BaseModel):
    """Up to 200 signals, and what is done with them."""

    model_config = ConfigDict(extra="forbid")

    signals: list[SignalName] = Field(min_length=1, max_length=MAX_PAGE)
    action: Action
    project: str | None = Field(None, max_length=64, description="Needed by link and unlink.")
    tag: TagName | None = Field(None, description="The name, needed by tag and untag.")

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "BulkBody":
        if self.action in ("link", "unlink") and not self.project:
            raise ValueError("link and unlink need a project")
        if self.action in ("tag", "untag") and not self.tag:
            raise ValueError("tag and untag need the name of a tag")
        return self


class BulkAnswer(BaseModel):
    """How many signals were changed; the others were so already."""

    changed: int


@router.post("/bulk", response_model=BulkAnswer, openapi_extra=described(BulkBody))
async def act_on_many(
    request: Request,
    slug: str,  # noqa: ARG001 the permission reads it
    viewer: Editor,
    sent: Annotated[Sent[BulkBody], Depends(Body(BulkBody))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Link, unlink, tag, untag, archive, review, restore or delete signals; all or none."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return BulkAnswer(changed=_act(session, actor, sent.value))

    return await answer(request, member(viewer), sent.raw, act)


@router.get("/{number}/projects")
async def list_links(
    slug: str,  # noqa: ARG001
    number: Number,
    viewer: Reader,
) -> LinksAnswer:
    """List the projects that a signal is evidence of."""

    def read(session: Session, actor: Actor) -> LinksAnswer:
        return _links(session, links.id_of(session, actor, number))

    return await call(read, member(viewer))


@router.post("/{number}/projects", response_model=LinksAnswer, openapi_extra=described(LinkBody))
async def link(
    request: Request,
    slug: str,  # noqa: ARG001
    number: Number,
    viewer: Editor,
    sent: Annotated[Sent[LinkBody], Depends(Body(LinkBody))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Make a signal evidence of a project."""

    def act(session: Session, actor: Actor) -> BaseModel:
        signal_id = links.id_of(session, actor, number)
        project_id = project_of(session, actor, sent.value.project)
        links.link_to_project(session, actor, [signal_id], project_id)
        return _links(session, signal_id)

    return await answer(request, member(viewer), sent.raw, act)


@router.delete(
    "/{number}/projects/{linked}", response_model=LinksAnswer, openapi_extra=described(Empty)
)
async def unlink(
    request: Request,
    slug: str,  # noqa: ARG001
    number: Number,
    linked: Annotated[str, Path(max_length=64, description="The project's id or key.")],
    viewer: Editor,
    sent: Annotated[Sent[Empty], Depends(Body(Empty))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Take a signal off a project; without any link left it is `reviewed` again."""

    def act(session: Session, actor: Actor) -> BaseModel:
        signal_id = links.id_of(session, actor, number)
        links.unlink(session, actor, [signal_id], project_of(session, actor, linked))
        return _links(session, signal_id)

    return await answer(request, member(viewer), sent.raw, act)


def _links(session: Session, signal_id: UUID) -> LinksAnswer:
    found = links.links_of(session, signal_id)
    return LinksAnswer(items=[LinkItem.model_validate(each) for each in found])


def _act(session: Session, actor: Actor, asked: BulkBody) -> int:
    numbers = {int(name.removeprefix("S-")) for name in asked.signals}
    ids = links.ids_of(session, actor, numbers)
    if asked.action in ("link", "unlink") and asked.project:
        project_id = project_of(session, actor, asked.project)
        verb = links.link_to_project if asked.action == "link" else links.unlink
        return len(verb(session, actor, ids, project_id).statuses)
    if asked.action in ("tag", "untag") and asked.tag:
        named = tags.tag if asked.action == "tag" else tags.untag
        return len(named(session, actor, ids, asked.tag).statuses)
    if asked.action == "restore":
        bulk.restore(session, actor, ids)
        return len(ids)
    return len(_put_aside(session, actor, ids, asked.action).statuses)


def _put_aside(session: Session, actor: Actor, ids: Sequence[UUID], action: Action) -> Undo:
    if action == "archive":
        return bulk.archive(session, actor, ids)
    return (bulk.delete if action == "delete" else bulk.mark_reviewed)(session, actor, ids)
