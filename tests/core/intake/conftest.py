"""A workspace whose rows are really committed, and embedders that can fail."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from sqlalchemy import Engine

from pmflow_core import jobs
from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.embedding.base import DIMENSIONS, Vectors
from pmflow_core.events import bus
from pmflow_core.signals import service
from pmflow_core.signals.models import Source
from pmflow_core.signals.normalise import text_hash
from pmflow_core.signals.schemas import IngestResult, SignalIn
from tests.conftest import make_workspace

Ingest = Callable[..., IngestResult]


class TopicEmbedder:
    """Texts with the same first word point the same way; `poison` in a text makes it fail."""

    name = "topics"
    dimensions = DIMENSIONS

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a vector per text, mostly its topic's."""
        if any("poison" in text for text in texts):
            raise ValueError("cannot embed this")
        rows = [self._vector(text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(-1, DIMENSIONS)

    def _vector(self, text: str) -> Vectors:
        topic = np.random.default_rng(int(text_hash(text.split()[0])[:12], 16))
        own = np.random.default_rng(int(text_hash(text)[:12], 16))
        vector = topic.normal(size=DIMENSIONS) + 0.3 * own.normal(size=DIMENSIONS)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


@pytest.fixture
def embedder() -> TopicEmbedder:
    return TopicEmbedder()


@pytest.fixture
def actor(database: Engine) -> Iterator[Actor]:
    """The system in a workspace of its own, outside any test transaction."""
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    yield Actor.system(make_workspace())
    database.dispose()


@pytest.fixture
def ingest(actor: Actor) -> Ingest:
    """Store texts as signals that wait."""

    def store(*texts: str, **fields: object) -> IngestResult:
        rows = [SignalIn.model_validate({"text": text, **fields}) for text in texts]
        with transaction(actor.workspace_id) as session:
            return service.ingest(session, actor, rows, source=Source.API)

    return store
