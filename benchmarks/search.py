"""Search over 100,000 signals: how quick, how near to exact, and how relevant.

`python -m benchmarks search REVIEWS [--signals 100000] [--vectors FILE.npy]`;
REVIEWS is a jsonl(.gz) of `text`, `product` and `relevant_to`, a list of queries that the text
answers. No data ships with the project. Each kind of search runs in the same process on the same
rows: words alone, meaning alone (dense), both (hybrid, what the product does), exact as the truth.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector.psycopg import register_vector
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from benchmarks.house import house
from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.ids import uuid7
from pmflow_core.search import repository, service
from pmflow_core.search.asking import ask
from pmflow_core.search.questions import Question, understand
from pmflow_core.search.ranking import rank
from pmflow_core.search.schemas import Narrow, SearchQuery
from pmflow_core.signals import duplicates
from pmflow_core.signals import repository as signals
from pmflow_core.signals.models import DIMENSIONS, Severity, Signal
from pmflow_core.signals.near import cosine_to
from pmflow_core.signals.schemas import SignalQuery, SignalSort

MODEL = get_embedder().name
COLUMNS: dict[str, str] = {
    "id": "uuid",
    "created_at": "timestamptz",
    "workspace_id": "uuid",
    "number": "int4",
    "verbatim": "text",
    "text_hash": "text",
    "kind": "text",
    "severity": "text",
    "segment": "text",
    "source": "text",
    "status": "text",
    "given": "varchar[]",
    "received_at": "timestamptz",
    "embedding": "vector",
    "embedding_model": "text",
    "themable": "bool",
    "processed_at": "timestamptz",
    "attempts": "int4",
}
INDEX = """create index ix_signals_embedding on signals
    using hnsw ((embedding::halfvec(384)) halfvec_cosine_ops)"""
ASKED = 100
JITTER = 0.35
Vectors = NDArray[np.float32]
T = TypeVar("T")


@dataclass(frozen=True)
class Reviews:
    """Labelled texts, their vectors, and which of them answer each query."""

    texts: list[str]
    products: list[str]
    vectors: Vectors
    answers: dict[str, set[int]]


def main(arguments: Sequence[str]) -> None:
    """Print the relevance over the reviews, then speed and recall over many signals."""
    options = _options(arguments)
    reviews = read_reviews(options.reviews, options.vectors)
    with house("benchmarks.noop_steps:register", options.disk) as urls:
        owner = urls.database.replace("+psycopg", "")
        relevance(owner, reviews)
        workspace = fill(owner, *multiplied(reviews, options.signals))
        speed(workspace, reviews, options.signals)


def read_reviews(file: Path, kept: Path | None) -> Reviews:
    """Return the reviews; their vectors are kept in a file when one is named."""
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [row["text"].replace("\x00", "") for row in rows]
    answers: dict[str, set[int]] = {}
    for place, row in enumerate(rows):
        for query in row["relevant_to"]:
            answers.setdefault(query, set()).add(place)
    return Reviews(texts, [row["product"] for row in rows], _vectors(texts, kept), answers)


def _vectors(texts: Sequence[str], kept: Path | None) -> Vectors:
    if kept is not None and kept.exists():
        return np.load(kept)
    made = get_embedder("local", 2).embed(texts)
    if kept is not None:
        np.save(kept, made)
    return made


def multiplied(reviews: Reviews, count: int) -> tuple[list[str], list[str], Vectors]:
    """Return so many texts with vectors that lie around the real ones."""
    rng = np.random.default_rng(0)
    rows = np.arange(count) % len(reviews.texts)
    noise = rng.standard_normal((count, DIMENSIONS), dtype=np.float32) / DIMENSIONS**0.5
    vectors = reviews.vectors[rows] + JITTER * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [reviews.texts[row] for row in rows], [reviews.products[row] for row in rows], vectors


def fill(owner: str, texts: Sequence[str], segments: Sequence[str], vectors: Vectors) -> UUID:
    """Copy signals into a new workspace and build the vector index after it; print what it took."""
    workspace, rng, now = uuid4(), random.Random(0), utcnow()
    severities = [*(level.value for level in Severity), None]
    with psycopg.connect(owner, autocommit=True) as connection:
        register_vector(connection)
        connection.execute(
            "insert into workspaces (id, created_at, name, slug, key_prefix, is_sample)"
            " values (%s, %s, 'Many', %s, %s, false)",
            (workspace, now, f"many-{workspace.hex[:8]}", workspace.hex[:6].upper()),
        )
        connection.execute("drop index if exists ix_signals_embedding")
        copying = f"copy signals ({','.join(COLUMNS)}) from stdin (format binary)"
        began = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy(copying) as copy:
            copy.set_types(list(COLUMNS.values()))
            for number, text in enumerate(texts, start=1):
                copy.write_row((
                    uuid7(), now, workspace, number, text, str(number), "feedback",
                    rng.choice(severities), segments[number - 1], "api", "new", [], now,
                    vectors[number - 1], MODEL, True, now, 0,
                ))  # fmt: skip
        copied = time.perf_counter() - began
        connection.execute("set maintenance_work_mem = '512MB'")
        began = time.perf_counter()
        connection.execute(INDEX)
        built = time.perf_counter() - began
        connection.execute("vacuum analyze signals")
        size = connection.execute("select pg_relation_size('ix_signals_embedding')").fetchone()
    megabytes = 0.0 if size is None else size[0] / 1e6
    print(f"{len(texts):,} signals copied in {copied:.1f} s; vector index: {built:.1f} s,"
          f" {megabytes:.0f} MB", flush=True)  # fmt: skip
    return workspace


def relevance(owner: str, reviews: Reviews) -> None:
    """Print the precision at 10 of each kind of search over the reviews of a query's product."""
    workspace = fill(owner, reviews.texts, reviews.products, reviews.vectors)
    scores: dict[str, list[float]] = {"words": [], "dense": [], "hybrid": []}
    for query, answers in sorted(reviews.answers.items()):
        narrow = Narrow(segment=reviews.products[min(answers)])
        for kind, numbers in _answered(workspace, query, narrow).items():
            scores[kind].append(len({number - 1 for number in numbers[:10]} & answers) / 10)
    print(f"\n{'':10}{'P@10':>8}   ({len(reviews.answers)} queries)")
    for kind, each in scores.items():
        print(f"{kind:10}{np.mean(each):8.3f}", flush=True)


def _answered(workspace: UUID, query: str, narrow: Narrow) -> dict[str, list[int]]:
    """Return the numbers that each kind of search finds, the best first."""
    question = understand(query, MODEL, workspace)
    if question.vector is None:
        raise RuntimeError("the model of the product is not there")
    with transaction(workspace) as session:
        by_words = rank(session, ask(session, Question(query, workspace)), narrow).ids
        near = repository.signals_by_meaning(session, question.vector, MODEL, narrow, 10)
        rows = signals.read_many(session, [*by_words[:10], *(signal for signal, _ in near)])
        both = service.find(
            session,
            Actor.system(workspace),
            SearchQuery(text=query, narrow=narrow, signals=10),
            question,
        )
    return {
        "words": [rows[signal].number for signal in by_words[:10]],
        "dense": [rows[signal].number for signal, _ in near],
        "hybrid": [hit.row.number for hit in both.signals],
    }


@dataclass(frozen=True)
class Desk:
    """What people do in a workspace, one call each."""

    workspace: UUID

    @property
    def actor(self) -> Actor:
        """Return who does it."""
        return Actor.system(self.workspace)

    def begin(self) -> AbstractContextManager[Session]:
        """Open a transaction, as an edge does."""
        return transaction(self.workspace)

    def search(self, text: str) -> None:
        """Search everything by words and meaning; a text that was not asked before is embedded."""
        service.search(self.begin, self.actor, SearchQuery(text=text))

    def by_words(self, text: str) -> None:
        """Rank signals by their words."""
        with self.begin() as session:
            rank(session, ask(session, Question(text, self.workspace)), Narrow())

    def by_meaning(self, vector: Vectors) -> list[UUID]:
        """Rank signals by their meaning."""
        with self.begin() as session:
            near = repository.signals_by_meaning(session, vector, MODEL, Narrow(), 100)
        return [signal for signal, _ in near]

    def exactly(self, vector: Vectors) -> list[UUID]:
        """Rank signals by comparing all of them."""
        live = select(col(Signal.id)).where(col(Signal.deleted_at).is_(None))
        with self.begin() as session:
            return list(session.scalars(live.order_by(-cosine_to(vector)).limit(10)))

    def similar(self, number: int) -> None:
        """Show what is like a signal."""
        with self.begin() as session:
            duplicates.similar(session, self.actor, number)

    def listed(self, query: SignalQuery) -> None:
        """Show a page of the list."""
        with self.begin() as session:
            signals.find_page(session, query, None)


def speed(workspace: UUID, reviews: Reviews, count: int) -> None:
    """Print p50 and p95 of what people do with many signals, and the recall of the index."""
    desk, rng = Desk(workspace), random.Random(1)
    numbers = [rng.randrange(1, count + 1) for _ in range(ASKED)]
    asked = [_opening(text, rng) for text in rng.sample(reviews.texts, ASKED)]
    vectors = list(get_embedder().embed(asked))
    print(f"\n{'':28}{'p50 ms':>9}{'p95 ms':>9}")
    _timed("hybrid, embedding included", desk.search, asked)
    _timed("hybrid, asked before", desk.search, asked)
    _timed("words alone", desk.by_words, asked)
    _timed("dense alone", desk.by_meaning, vectors)
    _timed("exact dense", desk.exactly, vectors[:20])
    _timed("similar", desk.similar, numbers)
    _timed("list", desk.listed, _lists())
    for text in ("not working", "app", "notifications"):
        _timed(f"list, words {text!r}", desk.listed, [SignalQuery(search=text)] * 10)
    shares = [len({*desk.by_meaning(each)[:10]} & {*desk.exactly(each)}) / 10 for each in vectors]
    print(f"\nrecall@10 of exact: {np.mean(shares):.3f}", flush=True)


def _opening(text: str, rng: random.Random) -> str:
    return " ".join(text.split()[: rng.randint(1, 8)])


def _lists() -> list[SignalQuery]:
    return [
        SignalQuery(sort=sort, severity=severity, page=page)
        for sort in SignalSort
        for severity in (None, Severity.HIGH)
        for page in (1, 50, 1_000)
    ]


def _timed(name: str, work: Callable[[T], Any], items: Sequence[T]) -> None:
    work(items[0])
    seconds: list[float] = []
    for item in items:
        began = time.perf_counter()
        work(item)
        seconds.append(time.perf_counter() - began)
    p50, p95 = np.percentile(seconds, [50, 95]) * 1_000
    print(f"{name:28}{p50:9.1f}{p95:9.1f}", flush=True)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks search")
    parser.add_argument("reviews", type=Path)
    parser.add_argument("--signals", type=int, default=100_000)
    parser.add_argument("--vectors", type=Path, help="keep the texts' vectors in this file")
    parser.add_argument("--disk", type=Path, help="the folder for the database")
    return parser.parse_args(arguments)
