"""Statements over personas; the session narrows each to its workspace."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.errors import NotFound
from pmflow_core.knowledge.models import Persona


def list_personas(session: Session, *, deleted: bool = False) -> list[Persona]:
    """Return the personas by name; the bin's instead when asked for."""
    gone = col(Persona.deleted_at)
    statement = (
        select(Persona)
        .where(gone.is_not(None) if deleted else gone.is_(None))
        .order_by(func.lower(col(Persona.name)), col(Persona.id))
    )
    return list(session.scalars(statement))


def get_persona(session: Session, persona_id: UUID, *, deleted: bool = False) -> Persona:
    """Return a persona; raises NotFound."""
    statement = select(Persona).where(col(Persona.id) == persona_id)
    return _found(session.scalar(statement), deleted=deleted)


def lock_persona(session: Session, persona_id: UUID, *, deleted: bool = False) -> Persona:
    """Return a persona, locked; raises NotFound."""
    statement = (
        select(Persona)
        .where(col(Persona.id) == persona_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return _found(session.scalar(statement), deleted=deleted)


def _found(persona: Persona | None, *, deleted: bool) -> Persona:
    if persona is None or (persona.deleted_at is not None and not deleted):
        raise NotFound("There is no such persona in this workspace.")
    return persona
