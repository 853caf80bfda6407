"""Personas as programs see them, and which of them speak in a signal."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db import Session
from pmflow_core.knowledge import service as knowledge
from pmflow_core.knowledge.schemas import PersonaEdit, PersonaIn
from pmflow_core.signals import personas
from pmflow_ui.access import member
from pmflow_ui.api import paging
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit, Number
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}", tags=["personas"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]


class Persona(Shape):
    """A kind of customer the product is made for; the description is Markdown."""

    id: UUID
    name: str
    description: str
    segment: str | None
    weight: float
    is_deleted: bool
    signals: int


class PersonaLink(Shape):
    """A persona that speaks in a signal, and why; no confidence when a person said so."""

    id: UUID
    name: str
    reason: str
    confidence: float | None


class LinkIn(BaseModel):
    """The persona that speaks in a signal."""

    model_config = ConfigDict(extra="forbid")

    persona: UUID


@router.get("/personas")
async def list_personas(
    viewer: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
    *,
    deleted: Annotated[bool, Query(description="The bin instead.")] = False,
) -> Page[Persona]:
    """List the personas by name."""
    found = await call(personas.list_personas, member(viewer), deleted=deleted)
    return paging.slice_of(found, cursor, limit, Persona.model_validate)


@router.post(
    "/personas", status_code=201, response_model=Persona, openapi_extra=described(PersonaIn)
)
async def add_persona(
    request: Request,
    viewer: Editor,
    sent: Annotated[Sent[PersonaIn], Depends(Body(PersonaIn))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Write a persona down."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return Persona.model_validate(knowledge.add(session, actor, sent.value))

    return await answer(request, member(viewer), sent.raw, act, status=201)


@router.patch("/personas/{persona_id}", openapi_extra=described(PersonaEdit))
async def edit_persona(
    persona_id: UUID,
    viewer: Editor,
    sent: Annotated[Sent[PersonaEdit], Depends(Body(PersonaEdit))],
) -> Persona:
    """Change a persona; fields left out stay."""
    made = await call(knowledge.edit, member(viewer), persona_id, sent.value)
    return Persona.model_validate(made)


@router.delete("/personas/{persona_id}", status_code=204)
async def delete_persona(persona_id: UUID, viewer: Editor) -> None:
    """Move a persona into the bin."""
    await call(knowledge.delete, member(viewer), persona_id)


@router.post("/personas/{persona_id}/restore")
async def restore_persona(persona_id: UUID, viewer: Editor) -> Persona:
    """Bring a persona back from the bin."""
    made = await call(knowledge.restore, member(viewer), persona_id)
    return Persona.model_validate(made)


@router.get("/signals/{number}/personas")
async def personas_of_signal(number: Number, viewer: Reader) -> Sequence[PersonaLink]:
    """List the personas that speak in a signal, by its number."""
    return await call(_links, member(viewer), number)


@router.post("/signals/{number}/personas", openapi_extra=described(LinkIn))
async def link_persona(
    number: Number, viewer: Editor, sent: Annotated[Sent[LinkIn], Depends(Body(LinkIn))]
) -> Sequence[PersonaLink]:
    """Say by hand that a persona speaks in a signal."""

    def do(session: Session, actor: Actor) -> Sequence[PersonaLink]:
        personas.link(session, actor, number, sent.value.persona)
        return _links(session, actor, number)

    return await call(do, member(viewer))


@router.delete("/signals/{number}/personas/{persona_id}", status_code=204)
async def unlink_persona(number: int, persona_id: UUID, viewer: Editor) -> None:
    """Say by hand that a persona does not speak in a signal, whatever its segment."""
    await call(personas.unlink, member(viewer), number, persona_id)


def _links(session: Session, actor: Actor, number: int) -> Sequence[PersonaLink]:
    found = personas.personas_of(session, actor, number)
    return [PersonaLink.model_validate(each) for each in found]
