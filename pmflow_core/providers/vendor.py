"""One model of a vendor and how it is called: what the adapters have in common."""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeVar

from pydantic import SecretStr

from pmflow_core.providers.base import (
    GenerateRequest,
    OnText,
    ProviderRejected,
    Usage,
)
from pmflow_core.providers.pricing import Price, Tokens, usage_of
from pmflow_core.providers.prompts import EVIDENCE_CHARS, Prompt, compose
from pmflow_core.providers.streams import Bounds, clean

Effort = Literal["low", "medium", "high"]
THINKING_TOKENS = 16_000

EventT = TypeVar("EventT")


@dataclass(frozen=True, slots=True)
class VendorModel:
    """A model, the key and address it is reached by, and the limits of a call.

    `thinking_tokens` are allowed on top of a document's own limit: current models think before
    they write, and vendors count that towards the limit. `own_address` says that it is not the
    vendor who is asked but a server of one's own, which may cost nothing.
    """

    name: str
    api_key: SecretStr
    base_url: str
    price: Price | None = None
    own_address: bool = False
    effort: Effort | None = None
    thinking_tokens: int = THINKING_TOKENS
    evidence_chars: int = EVIDENCE_CHARS
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def key(self) -> str:
        """Return the key in the clear, for the header alone."""
        return self.api_key.get_secret_value()

    def limit(self, request: GenerateRequest) -> int:
        """Return how many tokens may be written, thoughts included."""
        return request.max_tokens + self.thinking_tokens

    def prompt(self, request: GenerateRequest) -> Prompt:
        """Return what the model is told; raises ProviderRejected when its price is unknown."""
        if self.price is None and not self.own_address:
            raise ProviderRejected(
                f"The price of {self.name} is not known, so no budget could hold it;"
                " set PMFLOW_MODEL_PRICES."
            )
        return compose(request, evidence_chars=self.evidence_chars)

    def bound_usd(self, request: GenerateRequest) -> Decimal:
        """Return the most a call may cost, in US dollars; 0 when no price is known."""
        if self.price is None:
            return Decimal(0)
        prompt = compose(request, evidence_chars=self.evidence_chars)
        return self.price.bound(prompt.most_tokens, self.limit(request))

    def usage(self, request: GenerateRequest, tokens: Tokens | None) -> Usage:
        """Return what a call cost: its bound when the vendor did not count the tokens."""
        if tokens is None:
            return Usage(0, 0, self.bound_usd(request), priced=False)
        return usage_of(self.price, tokens)


def read_answer(events: Generator[EventT], take: Callable[[EventT], str], on_text: OnText) -> None:
    """Read the events to their end, handing over the text that `take` finds in each."""
    with closing(events):
        for event in events:
            piece = clean(take(event))
            if piece:
                on_text(piece)
