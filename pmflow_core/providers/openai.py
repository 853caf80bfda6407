"""Asks a model through the Chat Completions API, which many other servers speak too.

The newer Responses API is OpenAI's alone; Ollama, vLLM, LiteLLM and others speak this one. Event
shapes: https://developers.openai.com/api/docs/api-reference/chat-streaming. The library sends;
the events are read here, because it does not tell a whole stream from one that was cut off.
"""

import logging
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

import httpx2
import openai
from pydantic import BaseModel, Field, SecretStr

from pmflow_core.providers import failures
from pmflow_core.providers.base import Completion, GenerateRequest, OnText, StopReason
from pmflow_core.providers.pricing import Tokens, find_price
from pmflow_core.providers.streams import Reader, ServerEvent, clean
from pmflow_core.providers.vendor import VendorModel, read_answer
from pmflow_core.settings import Settings

NAME = "openai"
VENDOR_URL = "https://api.openai.com/v1"
NO_KEY = "no-key"

# At DEBUG the library logs whole requests; customers' words do not belong there.
logging.getLogger("openai").setLevel(logging.INFO)

_STOPS: Mapping[str, StopReason] = MappingProxyType(
    {"stop": "complete", "length": "truncated", "content_filter": "refused"}
)
_END = "[DONE]"
# These refuse `max_tokens` and take an effort; Ollama ignores `max_completion_tokens` in silence
# (https://github.com/ollama/ollama/issues/7125), so each is told in its own words.
_THINKS = re.compile(r"(?:^|/)(?:gpt-[5-9]|o[1-9])")


def configured(settings: Settings) -> "OpenAIProvider":
    """Return the provider as an operator has set it up; its key or address must be set."""
    return OpenAIProvider(
        VendorModel(
            name=settings.openai_model,
            api_key=settings.openai_api_key or SecretStr(""),
            base_url=settings.openai_base_url or VENDOR_URL,
            price=find_price(settings.openai_model, settings.model_prices),
            own_address=settings.openai_base_url is not None,
            effort=None if settings.model_effort == "default" else settings.model_effort,
            thinking_tokens=settings.thinking_tokens,
            evidence_chars=settings.evidence_chars,
        )
    )


class _PromptDetails(BaseModel):
    cached_tokens: int | None = Field(default=None, ge=0)
    cache_write_tokens: int | None = Field(default=None, ge=0)


class _Usage(BaseModel):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)
    prompt_tokens_details: _PromptDetails | None = None


class _Delta(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    delta: _Delta
    finish_reason: str | None = None


class _Chunk(BaseModel):
    """One event of the stream, as far as it is used here."""

    model: str = ""
    choices: list[_Choice] = Field(default_factory=list[_Choice])
    usage: _Usage | None = None
    error: object = None


@dataclass(frozen=True, slots=True)
class OpenAIProvider:
    """Writes documents with one model of OpenAI or of a server that speaks like it."""

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

    def _events(self, request: GenerateRequest) -> Generator[_Chunk]:
        prompt = self.model.prompt(request)
        reader = Reader(self.name, self.model.bounds)
        limit = self.model.limit(request)
        thinks = _THINKS.search(self.model.name) is not None
        started = False
        try:
            with (
                self._client() as client,
                client.chat.completions.with_streaming_response.create(
                    model=self.model.name,
                    messages=[
                        {"role": "system", "content": prompt.system},
                        {"role": "user", "content": prompt.user},
                    ],
                    max_completion_tokens=limit if thinks else openai.omit,
                    max_tokens=openai.omit if thinks else limit,
                    reasoning_effort=(self.model.effort or openai.omit) if thinks else openai.omit,
                    stream=True,
                    stream_options={"include_usage": True},
                ) as response,
            ):
                started = True
                for event in reader.events(response.iter_bytes()):
                    if event.data == _END:
                        return
                    yield self._parse(event)
            failure = failures.of_silence(self.name, "the answer was cut off", maybe_billed=True)
        except openai.APIError as error:
            failure = self._failure(error)
        except httpx2.HTTPError as error:
            failure = failures.of_connection(self.name, error, started=started)
        except ValueError:
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

    def _parse(self, event: ServerEvent) -> _Chunk:
        chunk = _Chunk.model_validate_json(event.data)
        if chunk.error is not None or event.name == "error":
            raise failures.of_event(self.name, event.data, self.model.key)
        return chunk

    def _failure(self, error: openai.APIError) -> failures.Failure:
        if isinstance(error, openai.APIStatusError):
            after = error.response.headers.get("retry-after")
            return failures.of_status(
                self.name, error.status_code, error.body, after, self.model.key
            )
        return failures.of_connection(self.name, error, started=False)


class _Answer:
    """Adds up what the events say."""

    def __init__(self) -> None:
        self._model = ""
        self._pieces: list[str] = []
        self._usage: _Usage | None = None
        self._stop: str | None = None
        self._refused = False

    def take(self, event: _Chunk) -> str:
        self._model = event.model or self._model
        self._usage = event.usage or self._usage
        added: list[str] = []
        for choice in event.choices:
            self._stop = choice.finish_reason or self._stop
            self._refused = self._refused or bool(choice.delta.refusal)
            added.append(choice.delta.content or "")
        self._pieces.extend(added)
        return "".join(added)

    def completion(self, model: VendorModel, request: GenerateRequest) -> Completion:
        reason = "refused" if self._refused else _STOPS.get(self._stop or "")
        text = clean("".join(self._pieces))
        if reason is None or (reason == "complete" and not text.strip()):
            raise failures.of_silence(
                NAME, f"the answer ended without a document ({self._stop})", maybe_billed=True
            )
        usage = model.usage(request, self._tokens())
        return Completion(text, self._model or model.name, usage, reason)

    def _tokens(self) -> Tokens | None:
        if self._usage is None:
            return None
        details = self._usage.prompt_tokens_details or _PromptDetails(
            cached_tokens=0, cache_write_tokens=0
        )
        return Tokens(
            self._usage.prompt_tokens,
            self._usage.completion_tokens,
            cached=details.cached_tokens or 0,
            written=details.cache_write_tokens or 0,
        )
