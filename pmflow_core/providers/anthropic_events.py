"""Events of the Messages API, and what an answer comes to when they are added up.

Shapes: https://platform.claude.com/docs/en/build-with-claude/streaming.
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

NAME: Final = "anthropic"
ANSWER_TOOL: Final = "answer"

_STOPS: Mapping[str, StopReason] = MappingProxyType(
    {
        "end_turn": "complete",
        "stop_sequence": "complete",
        "max_tokens": "truncated",
        "model_context_window_exceeded": "truncated",
        "refusal": "refused",
        "tool_use": "tool_calls",
    }
)


class Usage(BaseModel):
    """Tokens as the vendor counts them."""

    input_tokens: int | None = Field(default=None, ge=0)
    output_tokens: int | None = Field(default=None, ge=0)
    cache_creation_input_tokens: int | None = Field(default=None, ge=0)
    cache_read_input_tokens: int | None = Field(default=None, ge=0)


class _Message(BaseModel):
    model: str
    usage: Usage


class _Block(BaseModel):
    type: str
    id: str = ""
    name: str = ""


class _Delta(BaseModel):
    type: str | None = None
    text: str = ""
    partial_json: str = ""
    stop_reason: str | None = None


class Event(BaseModel):
    """One event of the stream, as far as it is used here."""

    type: str
    index: int = 0
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _Delta | None = None
    usage: Usage | None = None


class Answer:
    """Adds up what the events say."""

    def __init__(self, request: GenerateRequest) -> None:
        self._request = request
        self._model: str | None = None
        self._pieces: list[str] = []
        self._calls: dict[int, Growing] = {}
        self._usage = Usage()
        self._stop: str | None = None

    def take(self, event: Event) -> str:
        """Note an event and return the text it adds to the document."""
        if event.message is not None:
            self._model = event.message.model
            self._count(event.message.usage)
        if event.usage is not None:
            self._count(event.usage)
        self._open(event)
        if event.delta is None:
            return ""
        if event.type == "message_delta":
            self._stop = event.delta.stop_reason or self._stop
        return self._grow(event.index, event.delta)

    def completion(self, model: VendorModel) -> Completion:
        """Return the whole answer.

        Raises:
            ProviderUnavailable: it ended for no good reason, or a call of a tool is not to be read.
        """
        reason = _STOPS.get(self._stop or "")
        text = clean("".join(self._pieces))
        calls = self._tool_calls(reason)
        if self._request.schema is not None:
            text = unfenced(text)
            if reason == "tool_calls" and not calls:
                reason = "complete"
        if reason is None or self._model is None or not self._holds(reason, text, calls):
            raise failures.of_silence(
                NAME, f"the answer ended without a document ({self._stop})", maybe_billed=True
            )
        usage = model.usage(self._request, self._tokens())
        return Completion(text, self._model, usage, reason, calls)

    def _open(self, event: Event) -> None:
        block = event.content_block
        if block is None or block.type != "tool_use":
            return
        if self._is_answer(block.name):
            # What was said before the answer is no part of it.
            self._pieces.clear()
        self._calls[event.index] = Growing(block.id, block.name)

    def _grow(self, index: int, delta: _Delta) -> str:
        piece = delta.text if delta.type == "text_delta" else ""
        if delta.type == "input_json_delta" and index in self._calls:
            call = self._calls[index]
            if self._is_answer(call.name):
                piece = delta.partial_json
            else:
                call.arguments += delta.partial_json
        self._pieces.append(piece)
        return piece

    def _tool_calls(self, reason: StopReason | None) -> tuple[ToolCall, ...]:
        if reason != "tool_calls":
            return ()
        try:
            return finished(one for one in self._calls.values() if not self._is_answer(one.name))
        except ValueError:
            raise failures.of_nonsense(NAME) from None

    def _is_answer(self, name: str) -> bool:
        return self._request.schema is not None and name == ANSWER_TOOL

    def _holds(self, reason: StopReason, text: str, calls: tuple[ToolCall, ...]) -> bool:
        if reason == "complete":
            return bool(text.strip())
        return reason != "tool_calls" or bool(calls and self._request.tools)

    def _count(self, usage: Usage) -> None:
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
