"""Embeds texts with a model of OpenAI, or of a server that speaks like it.

https://developers.openai.com/api/docs/api-reference/embeddings: at most 2,048 inputs of at most
8,192 tokens each, and 300,000 tokens in all; a token is never shorter than a byte.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import httpx2
import numpy as np
import openai
from pydantic import SecretStr

from pmflow_core.embedding.base import DIMENSIONS, Vectors
from pmflow_core.embedding.chunks import pack, sentences
from pmflow_core.providers import failures
from pmflow_core.providers.base import ProviderRejected, Usage
from pmflow_core.providers.openai import NO_KEY, VENDOR_URL
from pmflow_core.providers.pricing import Tokens, find_price, usage_of
from pmflow_core.providers.vendor import VendorModel
from pmflow_core.settings import Settings

PIECE_BYTES = 8_000
REQUEST_BYTES = 250_000
REQUEST_PIECES = 512
MAX_CHARS = 32_768
"""Of a longer text only the beginning is read, as by the local model."""


def configured(settings: Settings) -> "OpenAIEmbeddings":
    """Return the model as an operator has set it up; its key or address must be set."""
    name = settings.openai_embedding_model
    return OpenAIEmbeddings(
        VendorModel(
            name=name,
            api_key=settings.openai_api_key or SecretStr(""),
            base_url=settings.openai_base_url or VENDOR_URL,
            price=find_price(name, settings.model_prices),
            own_address=settings.openai_base_url is not None,
        )
    )


@dataclass(frozen=True, slots=True)
class OpenAIEmbeddings:
    """One embedding model; `name` is that of its circuit and of its rows in the ledger."""

    model: VendorModel
    name: str = "openai-embedding"

    @property
    def label(self) -> str:
        """Return what is stored beside each vector."""
        return f"{self.model.name}@{DIMENSIONS}"

    def bound_usd(self, pieces: Sequence[str]) -> Decimal:
        """Return the most a request may cost, in US dollars; 0 when no price is known."""
        if self.model.price is None:
            return Decimal(0)
        return self.model.price.bound(sum(len(piece.encode()) for piece in pieces), 0)

    def embed(self, pieces: Sequence[str]) -> tuple[Vectors, Usage]:
        """Return a unit row per piece, and what the request cost.

        Raises:
            ProviderUnavailable: overloaded, silent, cut off or not understood; may work later.
            ProviderRejected: the key, the model, the request or the spending limit is at fault.
        """
        if self.model.price is None and not self.model.own_address:
            raise ProviderRejected(
                f"The price of {self.model.name} is not known, so no budget could hold it;"
                " set PMFLOW_MODEL_PRICES."
            )
        try:
            with self._client() as client:
                answer = client.embeddings.create(
                    model=self.model.name,
                    input=list(pieces),
                    dimensions=DIMENSIONS,
                    encoding_format="float",
                )
            rows = sorted(answer.data, key=lambda row: row.index)
            vectors = np.array([row.embedding for row in rows], dtype=np.float32)
            tokens = answer.usage.prompt_tokens
        except openai.APIStatusError as error:
            after = error.response.headers.get("retry-after")
            failure = failures.of_status(
                self.name, error.status_code, error.body, after, self.model.key
            )
        except (openai.APIError, httpx2.HTTPError) as error:
            failure = failures.of_connection(self.name, error, started=False)
        except (ValueError, TypeError, AttributeError):
            failure = failures.of_nonsense(self.name)
        else:
            if vectors.shape == (len(pieces), DIMENSIONS) and np.isfinite(vectors).all():
                return unit(vectors), usage_of(self.model.price, Tokens(tokens, 0))
            failure = failures.of_nonsense(self.name)
        # Raised out here, so that the vendor's error with its request is not chained to it.
        raise failure

    def _client(self) -> openai.OpenAI:
        bounds = self.model.bounds
        return openai.OpenAI(
            api_key=self.model.key or NO_KEY,
            base_url=self.model.base_url,
            max_retries=0,
            timeout=openai.Timeout(bounds.read_s, connect=bounds.connect_s),
        )


def pieces_of(text: str) -> list[str]:
    """Return a text in pieces that the model can read whole; never none."""
    # A lone surrogate is no text that could be sent.
    clean = text[:MAX_CHARS].encode("utf-8", "replace").decode()
    packed = pack(sentences(clean), _size, PIECE_BYTES)
    return [part for piece in packed for part in _cut(piece)] or ["."]


def _size(part: str) -> int:
    return len(part.encode()) + 1  # the space that joins it


def _cut(piece: str) -> list[str]:
    """Return a piece whole, or in parts where it is one endless word."""
    if len(piece.encode()) <= PIECE_BYTES:
        return [piece]
    step = PIECE_BYTES // 4  # of a character's most bytes
    return [piece[start : start + step] for start in range(0, len(piece), step)]


def requests_of(pieces: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the pieces in runs that one request may hold."""
    start = size = 0
    for place, piece in enumerate(pieces):
        size += len(piece.encode())
        if place > start and (size > REQUEST_BYTES or place - start == REQUEST_PIECES):
            yield pieces[start:place]
            start, size = place, len(piece.encode())
    if start < len(pieces):
        yield pieces[start:]


def unit(vectors: Vectors) -> Vectors:
    """Return the rows at length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)
