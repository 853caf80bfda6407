"""What is done to many signals is allowed for each of them, not for the first one."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound
from pmflow_core.projects import service as project_service
from pmflow_core.signals import bulk, links, merging
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Signal, SignalProject, SignalStatus, Source
from pmflow_core.signals.schemas import SignalIn, Undo, UndoVerb
from tests.conftest import make_workspace
from tests.core.runs.staging import Desk

Action = Callable[[Session, Desk, list[UUID]], object]


def _undo(verb: UndoVerb, after: SignalStatus | None = None) -> Action:
    def act(session: Session, desk: Desk, ids: list[UUID]) -> object:
        before = dict.fromkeys(ids, SignalStatus.ARCHIVED)
        done = Undo(verb=verb, project_id=desk.id, statuses=before, after=after)
        return bulk.undo(session, desk.actor, done)

    return act


ACTIONS: dict[str, Action] = {
    "archive": lambda session, desk, ids: bulk.archive(session, desk.actor, ids),
    "mark reviewed": lambda session, desk, ids: bulk.mark_reviewed(session, desk.actor, ids),
    "delete": lambda session, desk, ids: bulk.delete(session, desk.actor, ids),
    "restore": lambda session, desk, ids: bulk.restore(session, desk.actor, ids),
    "link": lambda session, desk, ids: links.link_to_project(session, desk.actor, ids, desk.id),
    "unlink": lambda session, desk, ids: links.unlink(session, desk.actor, ids, desk.id),
    "undo a status": _undo(UndoVerb.STATUS, SignalStatus.NEW),
    "undo a link": _undo(UndoVerb.LINK, SignalStatus.REVIEWED),
    "undo an unlink": _undo(UndoVerb.UNLINK, SignalStatus.LINKED),
    "undo a delete": _undo(UndoVerb.DELETE),
    "merge": lambda session, desk, ids: merging.merge(session, desk.actor, ids),
    "unmerge": lambda session, desk, ids: [
        merging.unmerge(session, desk.actor, each) for each in ids
    ],
    "merge copies": lambda session, desk, ids: merging.merge_copies(
        session, desk.actor, [(ids[1], ids[0]), (ids[2], ids[0])]
    ),
}


def ingest(actor: Actor, *texts: str) -> list[UUID]:
    rows = [SignalIn(text=text, source_ref=text) for text in texts]
    with transaction(actor.workspace_id) as session:
        return signals.ingest(session, actor, rows, source=Source.API).ids


def state(workspace_id: UUID) -> list[tuple[object, ...]]:
    """Return everything a bulk action could change in a workspace."""
    with transaction(workspace_id) as session:
        rows = session.execute(
            select(
                col(Signal.id), col(Signal.status), col(Signal.deleted_at), col(Signal.merged_into)
            ).order_by(col(Signal.id))
        )
        linked = session.execute(
            select(col(SignalProject.signal_id), col(SignalProject.project_id)).order_by(
                col(SignalProject.signal_id)
            )
        )
        return [*map(tuple, rows), *map(tuple, linked)]


@pytest.fixture
def own(desk: Desk) -> list[UUID]:
    """A new signal, a linked one, one in the bin, and two that are merged into one more."""
    ids = ingest(desk.actor, "new", "linked", "binned", "kept", "merged", "merged too")
    with transaction(desk.actor.workspace_id) as session:
        links.link_to_project(session, desk.actor, ids[1:2], desk.id)
        bulk.delete(session, desk.actor, ids[2:3])
        merging.merge(session, desk.actor, ids[3:])
    return ids


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_foreign_id_anywhere_in_the_list_changes_nothing(
    desk: Desk, own: list[UUID], action: str, place: int
) -> None:
    """Failure 18: Bulk endpoints checked only the first id's workspace."""
    stranger = Actor.system(make_workspace())
    (foreign,) = ingest(stranger, "not yours")
    binned = action in ("restore", "undo a delete")
    ids = [own[2], own[1]] if binned else own[:2]
    ids = own[4:] if action == "unmerge" else ids
    ids.insert(place, foreign)
    before = state(desk.actor.workspace_id), state(stranger.workspace_id)

    with pytest.raises(NotFound), transaction(desk.actor.workspace_id) as session:
        ACTIONS[action](session, desk, ids)

    assert (state(desk.actor.workspace_id), state(stranger.workspace_id)) == before


@pytest.mark.parametrize("action", ["link", "unlink", "undo a link", "undo an unlink"])
def test_a_foreign_project_changes_nothing(desk: Desk, own: list[UUID], action: str) -> None:
    """Failure 18: Bulk endpoints checked only the first id's workspace."""
    stranger = Actor.system(make_workspace())
    with transaction(stranger.workspace_id) as session:
        project_service.seed_stages(session, stranger.workspace_id)
        theirs = board.create_project(session, stranger, "Not yours").id
    before = state(desk.actor.workspace_id), state(stranger.workspace_id)

    with pytest.raises(NotFound), transaction(desk.actor.workspace_id) as session:
        ACTIONS[action](session, Desk(theirs, "", desk.actor), own[:2])

    assert (state(desk.actor.workspace_id), state(stranger.workspace_id)) == before
