"""Which personas speak in which signals: by the signal's segment, or as a person says.

The rule of segments is not stored: a signal is a persona's while their segments are the same, so
that neither a corrected signal nor a changed persona leaves a stale link. Stored are the links
that people make, and those of the rule that they take away.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.knowledge import repository as personas
from pmflow_core.knowledge import service as knowledge
from pmflow_core.knowledge.models import Persona
from pmflow_core.knowledge.schemas import PersonaRead
from pmflow_core.signals import repository
from pmflow_core.signals.customer_statements import live
from pmflow_core.signals.models import Signal, SignalPersona
from pmflow_core.signals.nudges import announce

BY_HAND = "linked by hand"
SURE = 1.0
"""Confidence of the rule: the segment was recorded or given, not guessed."""


@dataclass(frozen=True, slots=True)
class PersonaLink:
    """A persona that speaks in a signal; confidence is 0 to 1, None when a person linked it."""

    id: UUID
    name: str
    reason: str
    confidence: float | None


def list_personas(session: Session, actor: Actor, *, deleted: bool = False) -> list[PersonaRead]:
    """Return the workspace's personas by name, with how many live signals are theirs."""
    actor.require(Role.VIEWER)
    found = personas.list_personas(session, deleted=deleted)
    by_segment, by_hand = _of_segments(session), _of_links(session)
    return [
        knowledge.read(
            persona,
            by_segment.get(_folded(persona.segment), 0) + by_hand.get(persona.id, 0),
        )
        for persona in found
    ]


def personas_of(session: Session, actor: Actor, number: int) -> list[PersonaLink]:
    """Return the personas of a signal by name, also of one in the bin; raises NotFound."""
    actor.require(Role.VIEWER)
    signal = repository.get_signal(session, number, deleted=True)
    statement = select(SignalPersona).where(col(SignalPersona.signal_id) == signal.id)
    stored = {link.persona_id: link for link in session.scalars(statement)}
    found = (
        _link(signal, persona, stored.get(persona.id))
        for persona in personas.list_personas(session)
    )
    return [link for link in found if link is not None]


def link(session: Session, actor: Actor, number: int, persona_id: UUID) -> None:
    """Say by hand that a persona speaks in a signal.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such signal or persona.
    """
    _say(session, actor, number, persona_id, is_removed=False)


def unlink(session: Session, actor: Actor, number: int, persona_id: UUID) -> None:
    """Say by hand that a persona does not speak in a signal, whatever its segment.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such signal or persona.
    """
    _say(session, actor, number, persona_id, is_removed=True)


def _say(
    session: Session, actor: Actor, number: int, persona_id: UUID, *, is_removed: bool
) -> None:
    actor.require(Role.EDITOR)
    signal = repository.get_signal(session, number)
    persona = personas.get_persona(session, persona_id)
    said = {"is_removed": is_removed, "linked_by": actor.user_id, "reason": BY_HAND}
    statement = insert(SignalPersona).values(
        id=uuid7(),
        created_at=utcnow(),
        workspace_id=actor.workspace_id,
        signal_id=signal.id,
        persona_id=persona.id,
        **said,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "signal_id", "persona_id"],
            set_={**said, "confidence": None},
        )
    )
    verb = "signal.persona_removed" if is_removed else "signal.persona_linked"
    audit.record(session, actor, verb, f"S-{number}", {"persona": persona.name})
    announce(session, actor.workspace_id)


def _link(signal: Signal, persona: Persona, stored: SignalPersona | None) -> PersonaLink | None:
    if stored is not None:
        if stored.is_removed:
            return None
        return PersonaLink(persona.id, persona.name, stored.reason, stored.confidence)
    if not _folded(persona.segment) or _folded(persona.segment) != _folded(signal.segment):
        return None
    return PersonaLink(persona.id, persona.name, f"segment {signal.segment}", SURE)


def _of_segments(session: Session) -> dict[str, int]:
    """Return how many live signals each segment has."""
    statement = (
        select(col(Signal.segment), func.count())
        .where(col(Signal.segment).is_not(None), *live())
        .group_by(col(Signal.segment))
    )
    found: dict[str, int] = {}
    for segment, many in session.execute(statement):
        found[_folded(segment)] = found.get(_folded(segment), 0) + many
    return found


def _of_links(session: Session) -> dict[UUID, int]:
    """Return by how many signals what people say makes more, or fewer, than the segment gives."""
    statement = (
        select(
            col(SignalPersona.persona_id),
            col(SignalPersona.is_removed),
            col(Persona.segment),
            col(Signal.segment),
        )
        .join(Signal, col(Signal.id) == col(SignalPersona.signal_id))
        .join(Persona, col(Persona.id) == col(SignalPersona.persona_id))
        .where(*live())
    )
    found: dict[UUID, int] = {}
    for persona_id, is_removed, wanted, segment in session.execute(statement):
        by_rule = bool(_folded(wanted)) and _folded(wanted) == _folded(segment)
        if by_rule == is_removed:
            found[persona_id] = found.get(persona_id, 0) + (-1 if is_removed else 1)
    return found


def _folded(segment: str | None) -> str:
    return " ".join((segment or "").casefold().split())
