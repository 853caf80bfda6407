"""What a model's tokens cost, in US dollars per million, and from which page that is known.

A price is listed only when the vendor's own page was read; any other model needs the setting
PMFLOW_MODEL_PRICES. Prices are for standard processing, without batches or fast modes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from types import MappingProxyType

from pmflow_core.providers.base import Usage

_MILLION = Decimal(1_000_000)
_MICRO = Decimal("0.000001")
# A dated snapshot costs what its alias costs: claude-haiku-4-5-20251001, gpt-5.5-2026-04-23.
_SNAPSHOT = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2})$")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one call; `input` holds those read from and written to the vendor's cache too."""

    input: int
    output: int
    cached: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True)
class LongPrompt:
    """Beyond how many input tokens the whole call is dearer, and how many times."""

    over_tokens: int
    input_factor: Decimal
    output_factor: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens; an absent cache rate is the input rate."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    written: Decimal | None = None
    long_prompt: LongPrompt | None = None

    def cost(self, tokens: Tokens) -> Decimal:
        """Return what a call cost, rounded up to a millionth of a dollar."""
        fresh = max(0, tokens.input - tokens.cached - tokens.written)
        read = (
            fresh * self.input
            + tokens.cached * _or(self.cached, self.input)
            + tokens.written * _or(self.written, self.input)
        )
        return self._total(tokens.input, read, tokens.output * self.output)

    def bound(self, input_tokens: int, output_tokens: int) -> Decimal:
        """Return the most a call with at most these tokens can cost."""
        dearest = max(self.input, _or(self.written, self.input))
        return self._total(input_tokens, input_tokens * dearest, output_tokens * self.output)

    def _total(self, input_tokens: int, read: Decimal, wrote: Decimal) -> Decimal:
        long = self.long_prompt
        if long is not None and input_tokens > long.over_tokens:
            read, wrote = read * long.input_factor, wrote * long.output_factor
        return ((read + wrote) / _MILLION).quantize(_MICRO, rounding=ROUND_UP)


def _or(rate: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if rate is None else rate


def _usd(read: str, wrote: str) -> Price:
    return Price(Decimal(read), Decimal(wrote))


_LONG_OPENAI = LongPrompt(272_000, Decimal(2), Decimal("1.5"))

# https://platform.claude.com/docs/en/about-claude/pricing and the models' own pages under
# https://platform.claude.com/docs/en/models/, stored copies read in November 2026.
_ANTHROPIC: Mapping[str, Price] = {
    "claude-fable-5-1": _usd("10", "50"),
    "claude-fable-5": _usd("10", "50"),
    "claude-opus-5-5": _usd("4", "20"),
    "claude-opus-5": _usd("5", "25"),
    "claude-opus-4-8": _usd("5", "25"),
    "claude-opus-4-7": _usd("5", "25"),
    "claude-opus-4-6": _usd("5", "25"),
    "claude-opus-4-5": _usd("5", "25"),
    "claude-sonnet-5-5": _usd("2", "10"),
    "claude-sonnet-5": _usd("2", "10"),
    # The page says "from"; the factor of prompts over 100,000 tokens is from users' price tables.
    "claude-haiku-5-5": Price(
        Decimal("0.1"), Decimal("0.5"), long_prompt=LongPrompt(100_000, Decimal(5), Decimal(5))
    ),
    "claude-haiku-4-5": _usd("1", "5"),
}

# https://developers.openai.com/api/docs/models/ and the page of each model beneath it, stored
# copies read in November 2026.
_OPENAI: Mapping[str, Price] = {
    "gpt-6.2-sol": Price(
        Decimal(2), Decimal(10), Decimal("0.1"), Decimal("2.5"), long_prompt=_LONG_OPENAI
    ),
    "gpt-6-luna": Price(
        Decimal("0.1"), Decimal("0.5"), Decimal("0.01"), Decimal("0.125"), long_prompt=_LONG_OPENAI
    ),
    "gpt-5.5": _usd("5", "30"),
    "gpt-5.4": _usd("2.5", "15"),
    "gpt-5.4-mini": _usd("0.75", "4.5"),
}

# The vendor's own page was not to be had; $0.02 is what resellers without a margin charge:
# https://openrouter.ai/openai/text-embedding-3-small, read in November 2026.
_EMBEDDINGS: Mapping[str, Price] = {"text-embedding-3-small": _usd("0.02", "0")}

PRICES: Mapping[str, Price] = MappingProxyType({**_ANTHROPIC, **_OPENAI, **_EMBEDDINGS})


def find_price(
    model: str, own: Mapping[str, tuple[Decimal, Decimal]] = MappingProxyType({})
) -> Price | None:
    """Return the price of a model, one's own before the listed one, or None when unknown.

    Args:
        model: Its name as the vendor is asked for it; a dated snapshot counts as its alias.
        own: The operator's prices: dollars per million input and output tokens by model.
    """
    if model in own:
        return Price(*own[model])
    return PRICES.get(model) or PRICES.get(_SNAPSHOT.sub("", model))


def usage_of(price: Price | None, tokens: Tokens) -> Usage:
    """Return the usage of a call; without a price it costs 0 and says that it is not priced."""
    if price is None:
        return Usage(tokens.input, tokens.output, Decimal(0), priced=False)
    return Usage(tokens.input, tokens.output, price.cost(tokens))
