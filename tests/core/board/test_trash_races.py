"""An answer to a deleted comment while the trash erases it, with real commits."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col

from pmflow_core import jobs
from pmflow_core.accounts.actor import Actor
from pmflow_core.activity.models import Comment
from pmflow_core.board import discussion, trash
from pmflow_core.board import service as board
from pmflow_core.board.discussion import Place
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.errors import NotFound
from pmflow_core.events import bus
from tests.ui.tab import make_acme

ROUNDS = 12


@pytest.fixture
def committed(database: Engine) -> Iterator[Actor]:
    """An admin of a workspace that other connections see."""
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    yield make_acme(f"trash-{uuid4().hex[:8]}")
    database.dispose()


def delete_long_ago(actor: Actor, place: Place) -> UUID:
    with transaction(actor.workspace_id) as session:
        comment_id = discussion.say(session, actor, place, "Is this right?").id
        discussion.delete(session, actor, place, comment_id)
        then = {"deleted_at": utcnow() - timedelta(days=31)}
        session.execute(update(Comment).where(col(Comment.id) == comment_id).values(then))
    return comment_id


def is_answered(actor: Actor, place: Place, comment_id: UUID, begin: Barrier) -> bool:
    """Answer a comment; return whether it was still there to be answered."""
    begin.wait()
    try:
        with transaction(actor.workspace_id) as session:
            discussion.say(session, actor, place, "It is.", reply_to=comment_id)
    except NotFound:
        return False
    return True


def erase(actor: Actor, begin: Barrier) -> int:
    begin.wait()
    with transaction(actor.workspace_id) as session:
        return trash.erase_old(session, actor)["comment"]


def words_left(actor: Actor, comment_id: UUID) -> str | None:
    with transaction(actor.workspace_id) as session:
        row = session.get(Comment, comment_id)
        return None if row is None else row.text


def test_an_answer_keeps_its_thread_or_is_refused_while_the_thread_is_erased(
    committed: Actor,
) -> None:
    with transaction(committed.workspace_id) as session:
        place = Place(board.create_project(session, committed, "Search").key)
    for _ in range(ROUNDS):
        first, begin = delete_long_ago(committed, place), Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            answered = pool.submit(is_answered, committed, place, first, begin)
            erased = pool.submit(erase, committed, begin)
        assert erased.result() == 1
        assert words_left(committed, first) == ("" if answered.result() else None)
