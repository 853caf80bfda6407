"""Lets a model call the tools that a step's recipe allows, until it has written its answer."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pmflow_core.calls.gateway import Gateway, Say
from pmflow_core.calls.request_key import hash_of
from pmflow_core.calls.tool_calls import ToolLedger, ToolRequest, ToolResult
from pmflow_core.providers.base import (
    FREE,
    Completion,
    GenerateRequest,
    OnText,
    Provider,
    ProviderRejected,
    ToolCall,
    ToolExchange,
    Usage,
)
from pmflow_core.runs.kinds import RunContext, ToolKind

MAX_ROUNDS = 8
MAX_CALLS = 16
MAX_RESULT = 12_000
Check = Callable[[], None]


class TooManyToolCalls(ProviderRejected):
    """The model kept calling tools instead of writing its answer."""

    code = "too_many_tool_calls"


def with_tools(
    gateway: Gateway, kinds: Sequence[ToolKind], context: RunContext, check: Check, tell: Say
) -> Provider:
    """Return a provider that carries out the calls of these tools, and of no other.

    Args:
        gateway: The way to the models; each round is a call of its own through it.
        kinds: The tools that the step's recipe lists; without one the gateway itself is returned.
        context: What binds a call to its workspace, project and run.
        check: Raises when the run should not go on; asked before each call of a tool.
        tell: Notes in the run's log what was called.
    """
    return ToolLoop(gateway, tuple(kinds), context, check, tell) if kinds else gateway


@dataclass(frozen=True)
class ToolLoop:
    """A provider like any other; what its tools give back is data, never an instruction."""

    gateway: Gateway
    kinds: tuple[ToolKind, ...]
    context: RunContext
    check: Check
    tell: Say

    @property
    def name(self) -> str:
        """The name of the first provider."""
        return self.gateway.name

    def bound_usd(self, request: GenerateRequest) -> Decimal:
        """Return the most the next call may cost; each round is reserved by itself."""
        return self.gateway.bound_usd(self._offered(request))

    def generate(self, request: GenerateRequest, on_text: OnText) -> Completion:
        """Return the answer that follows the calls of tools.

        Raises:
            TooManyToolCalls: none followed within the rounds that are allowed.
            ToolCallInDoubt: a tool was called before, and nobody knows what came of it.
        """
        asked = self._offered(request)
        ledger = ToolLedger(self.gateway.caller, self.gateway.replay)
        counts = Counter[str]()
        usage = FREE
        for _ in range(MAX_ROUNDS):
            done = self.gateway.generate(asked, on_text)
            usage = _sum(usage, done.usage)
            if done.stop_reason != "tool_calls":
                return replace(done, usage=usage)
            exchanges = tuple(
                self._carry_out(ledger, call, counts, position)
                for position, call in enumerate(done.tool_calls)
            )
            asked = replace(asked, exchanges=(*asked.exchanges, exchanges))
        done = self.gateway.generate(asked, on_text)
        if done.stop_reason == "tool_calls":
            raise TooManyToolCalls(f"{self.name} called tools {MAX_ROUNDS} times without an end.")
        return replace(done, usage=_sum(usage, done.usage))

    def _offered(self, request: GenerateRequest) -> GenerateRequest:
        return replace(request, tools=tuple(kind.spec for kind in self.kinds))

    def _carry_out(
        self, ledger: ToolLedger, call: ToolCall, counts: Counter[str], position: int
    ) -> ToolExchange:
        kind = next((kind for kind in self.kinds if kind.name == call.name), None)
        if kind is None:
            return ToolExchange(call, f"There is no tool {call.name}.", failed=True)
        if position >= MAX_CALLS:
            text = f"Not called: an answer may call {MAX_CALLS} tools at once."
            return ToolExchange(call, text, failed=True)
        self.check()
        key = hash_of({"name": call.name, "arguments": dict(call.arguments)})
        counts[key] += 1
        wanted = ToolRequest(call.name, call.arguments, counts[key], kind.read_only)
        result = ledger.call(wanted, lambda: _bounded(kind.call(call.arguments, self.context)))
        self.tell(f"{call.name} {_outcome(result)}")
        return ToolExchange(call, result.text, failed=result.failed)


def _bounded(text: str) -> str:
    if len(text) <= MAX_RESULT:
        return text
    return f"{text[:MAX_RESULT]}… (cut; {len(text):,} characters in all)"


def _outcome(result: ToolResult) -> str:
    return f"failed: {result.text}" if result.failed else f"gave {len(result.text):,} characters"


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        one.cost_usd + other.cost_usd,
        one.priced and other.priced,
    )
