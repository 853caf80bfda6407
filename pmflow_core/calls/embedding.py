"""Embedding with a vendor's model: each request reserved, written down, sent and settled.

It is paid from the workspace's budget. A crash between the answer and the write of its vectors
asks for at most one request again; what it may have cost stays on the ledger.
"""

import hashlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from pmflow_core.calls import breaker, ledger
from pmflow_core.calls.breaker import CircuitOpen
from pmflow_core.calls.models import ProviderCall
from pmflow_core.calls.patience import USUAL, Patience, may_retry, pause_s
from pmflow_core.calls.request_key import Told, hash_of
from pmflow_core.db.patient import patiently
from pmflow_core.embedding.base import DIMENSIONS, Embedder, Vectors
from pmflow_core.embedding.selection import LOCAL, LOCAL_MODEL, get_embedder
from pmflow_core.providers.base import Completion, ProviderRejected, ProviderUnavailable, Usage
from pmflow_core.settings import Settings

if TYPE_CHECKING:
    from pmflow_core.providers.openai_embeddings import OpenAIEmbeddings

STEP = "embedding"
HURRIED = Patience(attempts=1, seconds=5)
"""Somebody waits for the answer."""


@dataclass
class _Process:
    settings: Settings | None = None


_process = _Process()


def configure(settings: Settings) -> None:
    """Tell this process which models `embedder_of` may ask."""
    _process.settings = settings


def embedder_of(model: str, workspace_id: UUID) -> Embedder | None:
    """Return what embeds as the model of that name did, None where it cannot be had."""
    if model == LOCAL_MODEL:
        return get_embedder(LOCAL)
    settings = _process.settings
    if settings is None or model_name(settings) != model:
        return None
    vendor = import_module("pmflow_core.providers.openai_embeddings")
    return PaidEmbedder(vendor.configured(settings), workspace_id, HURRIED)


def embedder_for(settings: Settings, workspace_id: UUID) -> Embedder:
    """Return the embedding model that the settings name, as one workspace uses and pays it."""
    if settings.embedding == LOCAL:
        return get_embedder(LOCAL, settings.embedding_threads)
    # The vendor's library takes a second and 50 MB to import.
    vendor = import_module("pmflow_core.providers.openai_embeddings")
    return PaidEmbedder(vendor.configured(settings), workspace_id)


def model_name(settings: Settings) -> str:
    """Return the name that vectors of the settings' model are stored with; loads no model."""
    if settings.embedding == LOCAL:
        return LOCAL_MODEL
    return f"{settings.openai_embedding_model}@{DIMENSIONS}"


@dataclass(frozen=True)
class PaidEmbedder:
    """A vendor's embedding model that looks like any other."""

    vendor: "OpenAIEmbeddings"
    workspace_id: UUID
    patience: Patience = USUAL
    sleep: Callable[[float], None] = field(default=time.sleep)
    dimensions: int = DIMENSIONS

    @property
    def name(self) -> str:
        """Return the name stored beside each vector."""
        return self.vendor.label

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row per text; a long text's is the mean of its pieces' rows.

        Raises:
            BudgetExceeded: the workspace's budget cannot take the next request.
            ProviderUnavailable: the vendor did not answer within the bounds.
            ProviderRejected: the vendor refused a request.
        """
        wire = import_module("pmflow_core.providers.openai_embeddings")
        cut = [wire.pieces_of(text) for text in texts]
        pieces = [piece for each in cut for piece in each]
        if not pieces:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        rows = np.concatenate([self._ask(some) for some in wire.requests_of(pieces)])
        starts = np.cumsum([0, *(len(each) for each in cut[:-1])])
        return wire.unit(np.add.reduceat(rows, starts, axis=0))

    def _ask(self, pieces: Sequence[str]) -> Vectors:
        started = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._try(pieces, attempt)
            except CircuitOpen:
                raise
            except ProviderUnavailable as error:
                pause = pause_s(attempt, error.retry_after_s, random.random)
                if not may_retry(self.patience, attempt, time.monotonic() - started, pause):
                    raise
                self.sleep(pause)

    def _try(self, pieces: Sequence[str], attempt: int) -> Vectors:
        call = self._open(pieces, attempt)
        try:
            vectors, usage = self.vendor.embed(pieces)
        except Exception as error:
            self._close(call, error)
            raise
        self._write(lambda session: self._settle(session, call, usage))
        return vectors

    def _open(self, pieces: Sequence[str], attempt: int) -> ProviderCall:
        digest = hashlib.sha256("\0".join(pieces).encode()).hexdigest()
        # The texts are customers' and are in the signals: the ledger keeps their digest.
        asked: Told = {"task": STEP, "model": self.name, "texts": len(pieces), "sha256": digest}
        call = ProviderCall(
            workspace_id=self.workspace_id,
            step_key=STEP,
            fence=0,
            attempt=attempt,
            provider=self.vendor.name,
            request_hash=hash_of(asked),
            request=asked,
            reserved_usd=self.vendor.bound_usd(pieces),
        )

        def reserve(session: Session) -> None:
            breaker.enter(session, self.vendor.name)
            ledger.open_call(session, call)

        self._write(reserve)
        self._write(lambda session: ledger.start(session, call.id))
        return call

    def _settle(self, session: Session, call: ProviderCall, usage: Usage) -> None:
        breaker.note_success(session, self.vendor.name)
        answer = Completion("", self.name, usage, "complete", ())
        ledger.settle(session, call, answer)

    def _close(self, call: ProviderCall, error: Exception) -> None:
        unavailable = error if isinstance(error, ProviderUnavailable) else None
        # Whatever happened, a call that was sent is accounted for at its bound.
        sent = not isinstance(error, ProviderRejected)
        billed = unavailable.maybe_billed if unavailable else sent

        def end(session: Session) -> None:
            if unavailable:
                breaker.note_failure(session, call.provider)
            ledger.fail(session, call, str(error), maybe_billed=billed)

        self._write(end)

    def _write(self, work: Callable[[Session], None]) -> None:
        patiently(self.workspace_id, work)
