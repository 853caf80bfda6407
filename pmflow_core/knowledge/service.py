"""Personas: written down, corrected, put into the bin and brought back."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.knowledge import repository
from pmflow_core.knowledge.models import Persona
from pmflow_core.knowledge.schemas import PersonaEdit, PersonaIn, PersonaRead


class PersonaNameTaken(Conflict):
    """Another persona of the workspace has that name."""

    code = "persona_name_taken"


class PersonaNameMissing(Invalid):
    """A persona is left without a name."""

    code = "persona_name_missing"


def list_personas(session: Session, actor: Actor, *, deleted: bool = False) -> list[PersonaRead]:
    """Return the workspace's personas by name, or those in the bin; signals are not counted."""
    actor.require(Role.VIEWER)
    return [read(persona) for persona in repository.list_personas(session, deleted=deleted)]


def add(session: Session, actor: Actor, given: PersonaIn) -> PersonaRead:
    """Write a persona down.

    Raises:
        PermissionDenied: the actor is not an editor.
        PersonaNameTaken: there is one of that name.
    """
    actor.require(Role.EDITOR)
    persona = Persona(
        workspace_id=actor.workspace_id,
        name=given.name,
        description=given.description,
        segment=given.segment or None,
        weight=given.weight,
    )
    try:
        with session.begin_nested():
            session.add(persona)
    except IntegrityError as error:
        raise _taken(given.name) from error
    _note(session, actor, "persona.added", persona)
    return read(persona)


def edit(session: Session, actor: Actor, persona_id: UUID, changes: PersonaEdit) -> PersonaRead:
    """Change a persona.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such persona.
        PersonaNameTaken: there is another of that name.
        PersonaNameMissing: the name would be cleared.
    """
    actor.require(Role.EDITOR)
    persona = repository.lock_persona(session, persona_id)
    sent = changes.model_dump(exclude_unset=True)
    if sent.get("name", persona.name) is None:
        raise PersonaNameMissing("A persona keeps a name.")
    if "segment" in sent:
        sent["segment"] = sent["segment"] or None
    kept = {"description": "", "weight": 1.0}
    try:
        with session.begin_nested():
            for name, value in sent.items():
                setattr(persona, name, kept.get(name) if value is None else value)
    except IntegrityError as error:
        raise _taken(str(sent.get("name"))) from error
    _note(session, actor, "persona.edited", persona)
    return read(persona)


def delete(session: Session, actor: Actor, persona_id: UUID) -> None:
    """Move a persona into the bin; its links stay, for a restore.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such persona.
    """
    actor.require(Role.EDITOR)
    persona = repository.lock_persona(session, persona_id)
    persona.deleted_at, persona.deleted_by = utcnow(), actor.user_id
    session.flush()
    _note(session, actor, "persona.deleted", persona)


def restore(session: Session, actor: Actor, persona_id: UUID) -> PersonaRead:
    """Bring a persona back from the bin.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such persona.
        PersonaNameTaken: another took its name meanwhile.
    """
    actor.require(Role.EDITOR)
    persona = repository.lock_persona(session, persona_id, deleted=True)
    try:
        with session.begin_nested():
            persona.deleted_at = persona.deleted_by = None
    except IntegrityError as error:
        raise _taken(persona.name) from error
    _note(session, actor, "persona.restored", persona)
    return read(persona)


def read(persona: Persona, signals: int = 0) -> PersonaRead:
    """Return a persona as it is shown."""
    return PersonaRead(
        persona.id,
        persona.name,
        persona.description,
        persona.segment,
        persona.weight,
        persona.deleted_at is not None,
        signals,
    )


def _taken(name: str) -> PersonaNameTaken:
    return PersonaNameTaken(f"There is a persona named {name} already; choose another name.")


def _note(session: Session, actor: Actor, action: str, persona: Persona) -> None:
    audit.record(session, actor, action, str(persona.id), {"name": persona.name})
    publish_on_commit(session, topics.signals(actor.workspace_id))
