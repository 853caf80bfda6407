"""The work on signals that were processed: what a person might do with each, proposed once.

Unfinished is what has a row in `signals_to_suggest`. A round reads, thinks with no transaction
open, and writes proposals and takes the rows away together; whoever dies before wrote nothing.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.embedding.base import Embedder
from pmflow_core.intake import candidates, duplicates, routing
from pmflow_core.intake.asking import Asker, asker_for
from pmflow_core.intake.candidates import Waiting
from pmflow_core.intake.routing import Links
from pmflow_core.logs import get_logger
from pmflow_core.providers.base import Provider
from pmflow_core.suggestions import service as suggestions
from pmflow_core.suggestions.schemas import Proposal

log = get_logger(__name__)
RETRY_S = 60.0

Proposer = Callable[[Session, Actor, Sequence[UUID]], list[Proposal]]
PROPOSERS: tuple[Proposer, ...] = (duplicates.propose_for,)
"""What is proposed of signals besides links to projects; each only reads."""


def suggest_workspace(workspace_id: UUID, embedder: Embedder, provider: Provider) -> int:
    """Look at the workspace's processed signals until none waits; return how many there were."""
    asker = asker_for(workspace_id, provider)
    done = 0
    while count := suggest_batch(workspace_id, embedder, asker):
        done += count
    return done


def suggest_batch(workspace_id: UUID, embedder: Embedder, asker: Asker | None = None) -> int:
    """Look at up to 500 waiting signals, each once whoever else does the same; return how many.

    A failure puts the batch off for a minute, a provider that is away only those that need it.
    """
    with transaction(workspace_id) as session:
        rows = candidates.waiting(session, embedder.name)
    if not rows:
        return 0
    try:
        links = _links(workspace_id, rows, embedder, asker)
        _write(workspace_id, [row.id for row in rows], links)
    except Exception as error:
        log.warning("suggesting.failed", count=len(rows), error=type(error).__name__)
        with transaction(workspace_id) as session:
            candidates.put_off(session, [row.id for row in rows], RETRY_S)
        raise
    return len(rows)


def _links(
    workspace_id: UUID, rows: Sequence[Waiting], embedder: Embedder, asker: Asker | None
) -> Links:
    routable = {row.id: row for row in rows if row.is_routable}
    if not routable:
        return Links([], [])
    with transaction(workspace_id) as session:
        ids, vectors = candidates.vectors(session, list(routable))
        ground = routing.read_ground(session, embedder.name)
    return routing.find_links(([routable[id_] for id_ in ids], vectors), ground, embedder, asker)


def _write(workspace_id: UUID, ids: Sequence[UUID], links: Links) -> None:
    actor = Actor.system(workspace_id)
    late = set(links.late)
    with transaction(workspace_id) as session:
        ours = candidates.take(session, [id_ for id_ in ids if id_ not in late])
        if late:
            candidates.put_off(session, list(late), RETRY_S)
        found = [each for each in links.proposals if each.signal_id in ours]
        for propose in PROPOSERS:
            found += propose(session, actor, sorted(ours))
        suggestions.propose(session, actor, found)
