"""Asks Claude through the Messages API and reads its stream.

Event shapes: https://platform.claude.com/docs/en/build-with-claude/streaming. The library sends;
the events are read here, because it does not tell a whole stream from one that was cut off.
"""

import logging
import re
from collections.abc import Generator
from dataclasses import dataclass
from decimal import Decimal

import anthropic
import httpx2
from pydantic import SecretStr

from pmflow_core.providers import failures
from pmflow_core.providers.anthropic_events import ANSWER_TOOL, NAME, Answer, Event
from pmflow_core.providers.base import Completion, GenerateRequest, OnText
from pmflow_core.providers.pricing import find_price
from pmflow_core.providers.prompts import Prompt
from pmflow_core.providers.streams import Reader, ServerEvent
from pmflow_core.providers.vendor import VendorModel, read_answer
from pmflow_core.settings import Settings

VENDOR_URL = "https://api.anthropic.com"

# At DEBUG the library logs whole requests; customers' words do not belong there.
logging.getLogger("anthropic").setLevel(logging.INFO)

# Older models answer 400 to a request that speaks of effort.
_TAKES_EFFORT = re.compile(r"claude-(?:[a-z]+-5|opus-4-[5-9]|sonnet-4-6)")
# These know no output format: they are made to call a tool whose arguments are the answer.
_NO_FORMAT = re.compile(r"claude-(?:[1-3]|instant|(?:opus|sonnet)-4-(?:0|2\d{7})\b)")


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
        answer = Answer(request)
        read_answer(self._events(request), answer.take, on_text)
        return answer.completion(self.model)

    def _events(self, request: GenerateRequest) -> Generator[Event]:
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
                    messages=_messages(request, prompt),
                    tools=self._tools(request) or anthropic.omit,
                    tool_choice=self._tool_choice(request),
                    output_config=self._output_config(request) or anthropic.omit,
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

    def _output_config(self, request: GenerateRequest) -> "anthropic.types.OutputConfigParam":
        config: anthropic.types.OutputConfigParam = {}
        if self.model.effort is not None and _TAKES_EFFORT.match(self.model.name):
            config["effort"] = self.model.effort
        if request.schema is not None and not self._answers_by_tool(request):
            config["format"] = {"type": "json_schema", "schema": dict(request.schema)}
        return config

    def _answers_by_tool(self, request: GenerateRequest) -> bool:
        return request.schema is not None and _NO_FORMAT.match(self.model.name) is not None

    def _tools(self, request: GenerateRequest) -> "list[anthropic.types.ToolParam]":
        tools: list[anthropic.types.ToolParam] = [
            {
                "name": tool.name,
                "description": tool.description,
                "input_schema": dict(tool.schema),
            }
            for tool in request.tools
        ]
        if request.schema is not None and self._answers_by_tool(request):
            tools.append(
                {
                    "name": ANSWER_TOOL,
                    "description": "Gives the answer; call it once.",
                    "input_schema": dict(request.schema),
                }
            )
        return tools

    def _tool_choice(
        self, request: GenerateRequest
    ) -> "anthropic.types.ToolChoiceParam | anthropic.Omit":
        if not self._answers_by_tool(request):
            return anthropic.omit
        return {"type": "any"} if request.tools else {"type": "tool", "name": ANSWER_TOOL}

    def _parse(self, event: ServerEvent) -> Event:
        if event.name == "error":
            raise failures.of_event(self.name, event.data, self.model.key)
        return Event.model_validate_json(event.data)

    def _failure(self, error: anthropic.APIError) -> failures.Failure:
        if isinstance(error, anthropic.APIStatusError):
            after = error.response.headers.get("retry-after")
            return failures.of_status(
                self.name, error.status_code, error.body, after, self.model.key
            )
        return failures.of_connection(self.name, error, started=False)


def _messages(request: GenerateRequest, prompt: Prompt) -> "list[anthropic.types.MessageParam]":
    """Return the conversation: what is wanted, then each call of a tool and what it gave back."""
    messages: list[anthropic.types.MessageParam] = [{"role": "user", "content": prompt.user}]
    for exchanges, results in zip(request.exchanges, prompt.results, strict=True):
        asked: list[anthropic.types.ToolUseBlockParam] = [
            {
                "type": "tool_use",
                "id": one.call.id,
                "name": one.call.name,
                "input": dict(one.call.arguments),
            }
            for one in exchanges
        ]
        given: list[anthropic.types.ToolResultBlockParam] = [
            {
                "type": "tool_result",
                "tool_use_id": one.call.id,
                "content": result,
                "is_error": one.failed,
            }
            for one, result in zip(exchanges, results, strict=True)
        ]
        messages.append({"role": "assistant", "content": asked})
        messages.append({"role": "user", "content": given})
    return messages
