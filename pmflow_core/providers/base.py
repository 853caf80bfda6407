"""What a provider is given, what it gives back, and how it fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from pmflow_core.errors import Invalid, Unavailable

Vector = NDArray[np.float32]
OnText = Callable[[str], None]
StopReason = Literal["complete", "truncated", "refused", "tool_calls"]


class ProviderUnavailable(Unavailable):
    """The provider does not answer or is overloaded; the same call may work later.

    `retry_after_s` is the least it asked to be left alone, in seconds; `maybe_billed` says that
    the call had begun to be answered, so that it may be paid for.
    """

    code = "provider_unavailable"

    def __init__(
        self, message: str, *, retry_after_s: float | None = None, maybe_billed: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.maybe_billed = maybe_billed


class ProviderRejected(Invalid):
    """The provider will not take this request however often it is sent."""

    code = "provider_rejected"


@dataclass(frozen=True, eq=False)
class Evidence:
    """One signal as a provider sees it; `text` is the verbatim, `number` what cites it."""

    number: int
    text: str
    severity: str | None
    frequency: str | None
    segment: str | None
    customer: str | None
    received_at: datetime
    vector: Vector | None = None


@dataclass(frozen=True)
class SectionBrief:
    """A section the document must have, and what is wanted in it."""

    name: str
    evidence_bearing: bool
    instruction: str


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a model is told of it; `schema` is the JSON Schema of its arguments."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call a model asks for; `id` is the vendor's."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolExchange:
    """A call that was carried out, and what came of it; untrusted like all evidence."""

    call: ToolCall
    result: str
    failed: bool = False


@dataclass(frozen=True, eq=False)
class GenerateRequest:
    """Everything a provider may know when it writes one document.

    `task` is the name of the document's template, `documents` holds earlier documents of the
    project by type, and `total_signals` counts the whole workspace, not only `evidence`. With a
    `schema` the answer is one JSON document of that JSON Schema and `sections` is empty.
    """

    task: str
    title: str
    project_name: str
    project_description: str
    sections: tuple[SectionBrief, ...]
    evidence: tuple[Evidence, ...]
    documents: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    knowledge: tuple[str, ...] = ()
    total_signals: int = 0
    instructions: str = ""
    max_tokens: int = 4096
    schema: Mapping[str, Any] | None = None
    tools: tuple[ToolSpec, ...] = ()
    exchanges: tuple[tuple[ToolExchange, ...], ...] = ()  # one tuple for each earlier answer


@dataclass(frozen=True)
class Usage:
    """What a call used and cost; not `priced` when no price or no count was to be had."""

    input_tokens: int
    output_tokens: int
    cost_usd: Decimal
    priced: bool = True


FREE = Usage(0, 0, Decimal(0))


@dataclass(frozen=True)
class Completion:
    """The text a provider wrote; only one that is `complete` may become a document."""

    text: str
    model: str
    usage: Usage
    stop_reason: StopReason
    tool_calls: tuple[ToolCall, ...] = ()


class Provider(Protocol):
    """Something that writes a document from a request."""

    @property
    def name(self) -> str:
        """The name recipes select it by."""
        ...

    def bound_usd(self, request: GenerateRequest) -> Decimal:
        """Return the most this call may cost, in US dollars; 0 when it costs nothing."""
        ...

    def generate(self, request: GenerateRequest, on_text: OnText) -> Completion:
        """Write the document, handing its pieces to `on_text` as they are written.

        Raises:
            ProviderUnavailable: the same call may work later.
            ProviderRejected: the request itself was refused.
        """
        ...
