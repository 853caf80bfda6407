"""Questions as vectors, by the model that embedded what they are compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import numpy as np

from pmflow_core.calls.embedding import embedder_of
from pmflow_core.embedding.base import Embedder, Vectors
from pmflow_core.errors import PmflowError
from pmflow_core.logs import get_logger

log = get_logger(__name__)
_KEPT = 512


@dataclass(frozen=True, slots=True)
class Question:
    """A text and its vector, None where no model can be asked for it."""

    text: str
    workspace_id: UUID
    model: str | None = None
    vector: Vectors | None = None


def understand(text: str, model: str | None, workspace_id: UUID) -> Question:
    """Return a question with its vector by that model; takes some ms, or a call over the network.

    Without the model the question has no vector and is answered by its words alone.
    """
    if not text.strip() or model is None:
        return Question(text, workspace_id)
    try:
        return Question(text, workspace_id, model, _vector(text, model, workspace_id))
    except PmflowError as error:
        log.warning("search.words_only", model=model, error=type(error).__name__)
        return Question(text, workspace_id)


def closeness(question: Question, texts: Sequence[str]) -> list[float]:
    """Return the cosine of each text to a question that has a vector; zeros for one without."""
    embedder = _embedder(question.model, question.workspace_id)
    if question.vector is None or embedder is None or not texts:
        return [0.0] * len(texts)
    try:
        rows = embedder.embed(texts)
    except PmflowError as error:
        log.warning("search.words_only", model=question.model, error=type(error).__name__)
        return [0.0] * len(texts)
    return [float(each) for each in rows @ np.asarray(question.vector)]


@lru_cache(_KEPT)
def _vector(text: str, model: str, workspace_id: UUID) -> Vectors | None:
    """Remembered, because people type the same, and go back to it."""
    embedder = _embedder(model, workspace_id)
    return None if embedder is None else embedder.embed([text])[0]


def _embedder(model: str | None, workspace_id: UUID) -> Embedder | None:
    return None if model is None else embedder_of(model, workspace_id)
