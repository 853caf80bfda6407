"""A small workspace among large ones finds its nearest signals, through the index or without it."""

from collections.abc import Callable, Sequence
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.ids import uuid7
from pmflow_core.search import repository
from pmflow_core.search.schemas import Narrow
from pmflow_core.signals import near
from pmflow_core.signals.models import DIMENSIONS, Signal, Source
from tests.conftest import make_workspace

SIZES = (3_000, 1_500, 200)
ASKED = 20
Vectors = NDArray[np.float32]


def clustered(rng: np.random.Generator, middles: Vectors, count: int) -> Vectors:
    """Vectors around the same middles for every workspace: others' rows lie between one's own."""
    rows = middles[rng.integers(len(middles), size=count)]
    rows = rows + 0.6 / DIMENSIONS**0.5 * rng.standard_normal((count, DIMENSIONS))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def fill(workspace: UUID, vectors: Vectors) -> list[UUID]:
    rows = [
        {
            "id": uuid7(),
            "created_at": utcnow(),
            "workspace_id": workspace,
            "number": number,
            "verbatim": f"text {number}",
            "text_hash": str(number),
            "source": Source.API,
            "embedding": vector,
            "embedding_model": "made",
        }
        for number, vector in enumerate(vectors)
    ]
    with transaction(workspace) as session:
        session.execute(insert(Signal), rows)
    return [row["id"] for row in rows]


Search = Callable[[Session, Vectors], set[UUID]]


def as_the_product_does(session: Session, vector: Vectors) -> set[UUID]:
    found = repository.signals_by_meaning(session, vector, "made", Narrow(), 10)
    return {signal for signal, _ in found}


def through_the_index(session: Session, vector: Vectors) -> set[UUID]:
    order = near.through_index(session, vector, 10)
    statement = select(col(Signal.id)).where(col(Signal.deleted_at).is_(None))
    return set(session.scalars(statement.order_by(order).limit(10)))


def recall(
    session: Session, search: Search, ids: Sequence[UUID], vectors: Vectors, asked: int = ASKED
) -> float:
    shares: list[float] = []
    for vector in vectors[:asked]:
        exact = {ids[row] for row in np.argsort(-(vectors @ vector))[:10]}
        shares.append(len(exact & search(session, vector)) / 10)
    return float(np.mean(shares))


@pytest.fixture
def workspaces(connection: Connection) -> dict[UUID, tuple[list[UUID], Vectors]]:
    rng = np.random.default_rng(7)
    middles = clustered(rng, rng.standard_normal((40, DIMENSIONS)).astype(np.float32), 40)
    made: dict[UUID, tuple[list[UUID], Vectors]] = {}
    for size in SIZES:
        vectors = clustered(rng, middles, size)
        workspace = make_workspace()
        made[workspace] = (fill(workspace, vectors), vectors)
    connection.execute(text("analyze signals"))
    return made


def test_every_workspace_finds_its_nearest(
    workspaces: dict[UUID, tuple[list[UUID], Vectors]],
) -> None:
    for workspace, (ids, vectors) in workspaces.items():
        with transaction(workspace) as session:
            assert recall(session, as_the_product_does, ids, vectors) == 1.0


def test_the_index_finds_them_too_where_others_rows_are_passed_over(
    workspaces: dict[UUID, tuple[list[UUID], Vectors]],
) -> None:
    """The smallest tenant's rows are 4 % of what the index holds, and lie between all others'."""
    for workspace, (ids, vectors) in workspaces.items():
        with transaction(workspace) as session:
            # the planner would rather compare so few rows
            session.execute(text("set local enable_seqscan = off"))
            session.execute(text("set local enable_sort = off"))
            assert recall(session, through_the_index, ids, vectors) >= 0.95


def test_an_index_that_stops_at_others_rows_would_be_noticed(
    workspaces: dict[UUID, tuple[list[UUID], Vectors]],
) -> None:
    smallest = list(workspaces)[-1]
    ids, vectors = workspaces[smallest]

    def stopping(session: Session, vector: Vectors) -> set[UUID]:
        order = near.through_index(session, vector, 10)
        session.execute(text("set local hnsw.iterative_scan = off"))
        session.execute(text("set local hnsw.ef_search = 40"))
        statement = select(col(Signal.id)).where(col(Signal.deleted_at).is_(None))
        return set(session.scalars(statement.order_by(order).limit(10)))

    with transaction(smallest) as session:
        session.execute(text("set local enable_seqscan = off"))
        session.execute(text("set local enable_sort = off"))
        assert recall(session, stopping, ids, vectors) < 0.95
