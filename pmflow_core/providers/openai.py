"""Asks a model through the Chat Completions API, which many other servers speak too.

The newer Responses API is OpenAI's alone; Ollama, vLLM, LiteLLM and others speak this one. Event
shapes: https://developers.openai.com/api/docs/api-reference/chat-streaming. The library sends;
the events are read here, because it does not tell a whole stream from one that was cut off.
"""

import json
import logging
import re
from collections.abc import Generator
from dataclasses import dataclass
from decimal import Decimal

import httpx2
import openai
from openai.types.chat import ChatCompletionFunctionToolParam, ChatCompletionMessageParam
from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import SecretStr

from pmflow_core.providers import failures
from pmflow_core.providers.base import Completion, GenerateRequest, OnText
from pmflow_core.providers.openai_events import NAME, Answer, Chunk
from pmflow_core.providers.pricing import find_price
from pmflow_core.providers.prompts import Prompt
from pmflow_core.providers.streams import Reader, ServerEvent
from pmflow_core.providers.vendor import VendorModel, read_answer
from pmflow_core.settings import Settings

VENDOR_URL = "https://api.openai.com/v1"
NO_KEY = "no-key"

# At DEBUG the library logs whole requests; customers' words do not belong there.
logging.getLogger("openai").setLevel(logging.INFO)

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
        answer = Answer(request)
        read_answer(self._events(request), answer.take, on_text)
        return answer.completion(self.model)

    def _events(self, request: GenerateRequest) -> Generator[Chunk]:
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
                    messages=_messages(request, prompt),
                    tools=_tools(request) or openai.omit,
                    response_format=_response_format(request),
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

    def _parse(self, event: ServerEvent) -> Chunk:
        chunk = Chunk.model_validate_json(event.data)
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


def _messages(request: GenerateRequest, prompt: Prompt) -> list[ChatCompletionMessageParam]:
    """Return the conversation: what is wanted, then each call of a tool and what it gave back."""
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": prompt.system},
        {"role": "user", "content": prompt.user},
    ]
    for exchanges, results in zip(request.exchanges, prompt.results, strict=True):
        messages.append(
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "type": "function",
                        "id": one.call.id,
                        "function": {
                            "name": one.call.name,
                            "arguments": json.dumps(dict(one.call.arguments), ensure_ascii=False),
                        },
                    }
                    for one in exchanges
                ],
            }
        )
        messages.extend(
            {"role": "tool", "tool_call_id": one.call.id, "content": result}
            for one, result in zip(exchanges, results, strict=True)
        )
    return messages


def _tools(
    request: GenerateRequest,
) -> list[ChatCompletionFunctionToolParam]:
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.schema),
            },
        }
        for tool in request.tools
    ]


def _response_format(
    request: GenerateRequest,
) -> ResponseFormatJSONSchema | openai.Omit:
    if request.schema is None:
        return openai.omit
    return {
        "type": "json_schema",
        "json_schema": {"name": request.task, "schema": dict(request.schema), "strict": True},
    }
