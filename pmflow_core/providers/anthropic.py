"""Asks Claude through the Messages API and reads its stream.

Event shapes: https://platform.claude.com/docs/en/build-with-claude/streaming. The library sends;
the events are read here, because it does not tell a whole stream from one that was cut off.
"""

import logging
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

import anthropic
import httpx2
from pydantic import BaseModel, Field, SecretStr

from pmflow_core.providers import failures
from pmflow_core.providers.base import Completion, GenerateRequest, OnText, StopReason
from pmflow_core.providers.pricing import Tokens, find_price
from pmflow_core.providers.streams import Reader, ServerEvent, clean
from pmflow_core.providers.vendor import VendorModel, read_answer
from pmflow_core.settings import Settings

NAME = "anthropic"
VENDOR_URL = "https://api.anthropic.com"

# At DEBUG the library logs whole requests; customers' words do not belong there.
logging.getLogger("anthropic").setLevel(logging.INFO)

_STOPS: Mapping[str, StopReason] = MappingProxyType(
    {
        "end_turn": "complete",
        "stop_sequence": "complete",
        "max_tokens": "truncated",
        "model_context_window_exceeded": "truncated",
        "refusal": "refused",
    }
)
# Older models answer 400 to a request that speaks of effort.
_TAKES_EFFORT = re.compile(r"claude-(?:[a-z]+-5|opus-4-[5-9]|sonnet-4-6)")


def configured(settings: Settings) -> "AnthropicProvider":
    """Return the provider as an operator has set it up; its key must be set."""
    return AnthropicProvider(
        VendorModel(
            name=settings.anthropic_model,
            api_key=settings.anthropic_api_key or SecretStr(""),
            base_url=settings.anthropic_base_url or VENDOR_URL,
            price=find_price(settings.anthropic_model, settings.model_prices),
            own_address=settings.anthropic_base_url is not None,
            effort=None if settings.model_effort == "default" else settings.model_effort,
            thinking_tokens=settings.thinking_tokens,
            evidence_chars=settings.evidence_chars,
        )
    )


class _Usage(BaseModel):
    input_tokens: int | None = Field(default=None, ge=0)
    output_tokens: int | None = Field(default=None, ge=0)
    cache_creation_input_tokens: int | None = Field(default=None, ge=0)
    cache_read_input_tokens: int | None = Field(default=None, ge=0)


class _Message(BaseModel):
    model: str
    usage: _Usage


class _Delta(BaseModel):
    type: str | None = None
    text: str = ""
    stop_reason: str | None = None


class _Event(BaseModel):
    """One event of the stream, as far as it is used here."""

    type: str
    message: _Message | None = None
    delta: _Delta | None = None
    usage: _Usage | None = None


@dataclass(frozen=True, slots=True)
class AnthropicProvider:
    """Writes documents with one Claude model."""

    model: VendorModel
    name: str = NAME

    def bound_usd(self, request: GenerateRequest) -> Decimal:
        """Return the most this call may cost, in US dollars; 0 when no price is known."""
        return self.model.bound_usd(request)

    def generate(self, request: GenerateRequest, on_text: OnText) -> Completion:
        """Write the document, handing over its pieces as they arrive.

        Raises:
            ProviderUnavailable: overloaded, silent, cut off or not understood; may work later.
            ProviderRejected: the key, the model, the request or the spending limit is at fault.
        """
        answer = _Answer()
        read_answer(self._events(request), answer, on_text)
        return answer.completion(self.model, request)

    def _events(self, request: GenerateRequest) -> Generator[_Event]:
        prompt = self.model.prompt(request)
        reader = Reader(self.name, self.model.bounds)
        limit = self.model.limit(request)
        started = False
        try:
            with (
                self._client() as client,
                client.messages.with_streaming_response.create(
                    model=self.model.name,
                    max_tokens=limit,
                    system=prompt.system,
                    messages=[{"role": "user", "content": prompt.user}],
                    output_config=self._output_config(),
                    stream=True,
                ) as response,
            ):
                started = True
                for event in reader.events(response.iter_bytes()):
                    yield self._parse(event)
                    if event.name == "message_stop":
                        return
            failure = failures.of_silence(self.name, "the answer was cut off", maybe_billed=True)
        except anthropic.APIError as error:
            failure = self._failure(error)
        except httpx2.HTTPError as error:
            failure = failures.of_connection(self.name, error, started=started)
        except ValueError:
            failure = failures.of_nonsense(self.name)
        # Raised out here, so that the vendor's error with its request is not chained to it.
        raise failure

    def _client(self) -> anthropic.Anthropic:
        bounds = self.model.bounds
        return anthropic.Anthropic(
            api_key=self.model.key,
            base_url=self.model.base_url,
            max_retries=0,
            timeout=anthropic.Timeout(bounds.read_s, connect=bounds.connect_s),
        )

    def _output_config(self) -> "anthropic.types.OutputConfigParam | anthropic.Omit":
        if self.model.effort is None or not _TAKES_EFFORT.match(self.model.name):
            return anthropic.omit
        return {"effort": self.model.effort}

    def _parse(self, event: ServerEvent) -> _Event:
        if event.name == "error":
            raise failures.of_event(self.name, event.data, self.model.key)
        return _Event.model_validate_json(event.data)

    def _failure(self, error: anthropic.APIError) -> failures.Failure:
        if isinstance(error, anthropic.APIStatusError):
            after = error.response.headers.get("retry-after")
            return failures.of_status(
                self.name, error.status_code, error.body, after, self.model.key
            )
        return failures.of_connection(self.name, error, started=False)


class _Answer:
    """Adds up what the events say."""

    def __init__(self) -> None:
        self._model: str | None = None
        self._pieces: list[str] = []
        self._usage = _Usage()
        self._stop: str | None = None

    def take(self, event: _Event) -> str:
        if event.message is not None:
            self._model = event.message.model
            self._count(event.message.usage)
        if event.type == "message_delta" and event.delta is not None:
            self._stop = event.delta.stop_reason or self._stop
        if event.usage is not None:
            self._count(event.usage)
        is_text = event.delta is not None and event.delta.type == "text_delta"
        piece = event.delta.text if event.delta is not None and is_text else ""
        self._pieces.append(piece)
        return piece

    def completion(self, model: VendorModel, request: GenerateRequest) -> Completion:
        reason = _STOPS.get(self._stop or "")
        text = clean("".join(self._pieces))
        if reason is None or self._model is None or (reason == "complete" and not text.strip()):
            raise failures.of_silence(
                NAME, f"the answer ended without a document ({self._stop})", maybe_billed=True
            )
        return Completion(text, self._model, model.usage(request, self._tokens()), reason)

    def _count(self, usage: _Usage) -> None:
        # Counts are cumulative: a later event's replaces an earlier one's.
        self._usage = self._usage.model_copy(update=usage.model_dump(exclude_none=True))

    def _tokens(self) -> Tokens | None:
        seen = self._usage
        if seen.input_tokens is None or seen.output_tokens is None:
            return None
        cached = seen.cache_read_input_tokens or 0
        written = seen.cache_creation_input_tokens or 0
        return Tokens(
            seen.input_tokens + cached + written, seen.output_tokens, cached=cached, written=written
        )
