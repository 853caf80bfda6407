"""From how somebody names a signal, by its id or as it is cited, to the signal."""

import re
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import NotFound
from pmflow_core.signals import repository
from pmflow_core.signals.schemas import SignalRead

_CITED = re.compile(r"(?:S-)?(\d{1,9})", re.IGNORECASE | re.ASCII)


def read_one(session: Session, actor: Actor, signal_id: UUID) -> SignalRead:
    """Return a signal as a row of a list, also one in the bin; raises NotFound."""
    actor.require(Role.VIEWER)
    found = repository.read_many(session, [signal_id]).get(signal_id)
    if found is None:
        raise NotFound("There is no such signal.")
    return found


def id_of(session: Session, actor: Actor, named: str) -> UUID:
    """Return the id of the workspace's signal of that id, or cited so; raises NotFound."""
    actor.require(Role.VIEWER)
    cited = _CITED.fullmatch(named.strip())
    if cited:
        return repository.get_signal(session, int(cited[1]), deleted=True).id
    try:
        return read_one(session, actor, UUID(named)).id
    except ValueError as error:
        raise NotFound("There is no such signal.") from error


def number_of(session: Session, actor: Actor, named: str) -> int:
    """Return the number of the workspace's signal of that id, or cited so; raises NotFound."""
    return read_one(session, actor, id_of(session, actor, named)).number
