"""Events of the Chat Completions API, and what an answer comes to when they are added up.

Shapes: https://developers.openai.com/api/docs/api-reference/chat-streaming.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel, Field

from pmflow_core.providers import failures
from pmflow_core.providers.base import Completion, GenerateRequest, StopReason, ToolCall
from pmflow_core.providers.pricing import Tokens
from pmflow_core.providers.streams import clean
from pmflow_core.providers.tool_calls import Growing, finished, unfenced
from pmflow_core.providers.vendor import VendorModel

NAME: Final = "openai"

_STOPS: Mapping[str, StopReason] = MappingProxyType(
    {
        "stop": "complete",
        "length": "truncated",
        "content_filter": "refused",
        "tool_calls": "tool_calls",
    }
)


class _PromptDetails(BaseModel):
    cached_tokens: int | None = Field(default=None, ge=0)
    cache_write_tokens: int | None = Field(default=None, ge=0)


class _Usage(BaseModel):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)
    prompt_tokens_details: _PromptDetails | None = None


class _Function(BaseModel):
    name: str | None = None
    arguments: str | None = None


class _Call(BaseModel):
    index: int = 0
    id: str | None = None
    function: _Function = Field(default_factory=_Function)


class _Delta(BaseModel):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    delta: _Delta
    finish_reason: str | None = None


class Chunk(BaseModel):
    """One event of the stream, as far as it is used here."""

    model: str = ""
    choices: list[_Choice] = Field(default_factory=list[_Choice])
    usage: _Usage | None = None
    error: object = None


class Answer:
    """Adds up what the events say."""

    def __init__(self, request: GenerateRequest) -> None:
        self._request = request
        self._model = ""
        self._pieces: list[str] = []
        self._calls: dict[int, Growing] = {}
        self._usage: _Usage | None = None
        self._stop: str | None = None
        self._refused = False

    def take(self, event: Chunk) -> str:
        """Note an event and return the text it adds to the document."""
        self._model = event.model or self._model
        self._usage = event.usage or self._usage
        added: list[str] = []
        for choice in event.choices:
            self._stop = choice.finish_reason or self._stop
            self._refused = self._refused or bool(choice.delta.refusal)
            added.append(choice.delta.content or "")
            for call in choice.delta.tool_calls or ():
                self._grow(call)
        self._pieces.extend(added)
        return "".join(added)

    def completion(self, model: VendorModel) -> Completion:
        """Return the whole answer.

        Raises:
            ProviderUnavailable: it ended for no good reason, or a call of a tool is not to be read.
        """
        reason = self._reason()
        calls = self._tool_calls(reason)
        text = clean("".join(self._pieces))
        if self._request.schema is not None:
            text = unfenced(text)
        if reason is None or not self._holds(reason, text, calls):
            raise failures.of_silence(
                NAME, f"the answer ended without a document ({self._stop})", maybe_billed=True
            )
        usage = model.usage(self._request, self._tokens())
        return Completion(text, self._model or model.name, usage, reason, calls)

    def _grow(self, call: _Call) -> None:
        growing = self._calls.setdefault(call.index, Growing())
        growing.id = call.id or growing.id
        growing.name = call.function.name or growing.name
        growing.arguments += call.function.arguments or ""

    def _reason(self) -> StopReason | None:
        if self._refused:
            return "refused"
        reason = _STOPS.get(self._stop or "")
        # Some servers end an answer that calls tools with "stop".
        return "tool_calls" if reason == "complete" and self._calls else reason

    def _tool_calls(self, reason: StopReason | None) -> tuple[ToolCall, ...]:
        if reason != "tool_calls":
            return ()
        for index, call in self._calls.items():
            # Some servers give calls no id; the answer to a call must name one.
            call.id = call.id or f"call_{index}"
        try:
            return finished(self._calls.values())
        except ValueError:
            raise failures.of_nonsense(NAME) from None

    def _holds(self, reason: StopReason, text: str, calls: tuple[ToolCall, ...]) -> bool:
        if reason == "complete":
            return bool(text.strip())
        return reason != "tool_calls" or bool(calls and self._request.tools)

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
