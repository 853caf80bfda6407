from decimal import Decimal

import pytest

from pmflow_core.providers.pricing import (
    PRICES,
    LongPrompt,
    Price,
    Tokens,
    find_price,
    usage_of,
)
from pmflow_core.settings import Settings

PRICE = Price(Decimal(2), Decimal(10), Decimal("0.2"), Decimal("2.5"))


def test_the_default_models_have_a_price() -> None:
    settings = Settings()  # pyright: ignore[reportCallIssue]
    assert {settings.anthropic_model, settings.openai_model} <= PRICES.keys()


def test_fresh_cached_and_written_tokens_have_their_own_rates() -> None:
    tokens = Tokens(1_000_000, 100_000, cached=400_000, written=100_000)
    assert PRICE.cost(tokens) == Decimal("1.00") + Decimal("0.08") + Decimal("0.25") + 1


def test_a_cost_is_rounded_up_to_a_millionth() -> None:
    assert PRICE.cost(Tokens(0, 0)) == 0
    assert Price(Decimal("0.1"), Decimal("0.5")).cost(Tokens(1, 0)) == Decimal("0.000001")


def test_a_long_prompt_makes_the_whole_call_dearer() -> None:
    dear = Price(Decimal(2), Decimal(10), long_prompt=LongPrompt(100, Decimal(2), Decimal("1.5")))
    assert dear.cost(Tokens(100, 1000)) == Decimal("0.0102")
    assert dear.cost(Tokens(101, 1000)) == Decimal("0.015404")


@pytest.mark.parametrize("cached", [0, 700])
@pytest.mark.parametrize("written", [0, 300])
def test_no_mixture_of_tokens_costs_more_than_the_bound(cached: int, written: int) -> None:
    tokens = Tokens(1000, 500, cached=cached, written=written)
    assert PRICE.cost(tokens) <= PRICE.bound(1000, 500)


def test_a_dated_snapshot_costs_what_its_alias_costs() -> None:
    assert find_price("claude-haiku-4-5-20251001") == PRICES["claude-haiku-4-5"]
    assert find_price("gpt-5.5-2026-04-23") == PRICES["gpt-5.5"]


def test_ones_own_price_goes_before_the_listed_one() -> None:
    own = {"gpt-5.5": (Decimal(1), Decimal(2)), "mine": (Decimal(0), Decimal(0))}
    assert find_price("gpt-5.5", own) == Price(Decimal(1), Decimal(2))
    assert find_price("mine", own) == Price(Decimal(0), Decimal(0))


def test_an_unknown_price_is_no_price_and_is_said() -> None:
    assert find_price("gpt-5.5-turbo") is None
    usage = usage_of(None, Tokens(10, 20))
    assert (usage.cost_usd, usage.priced, usage.output_tokens) == (0, False, 20)
