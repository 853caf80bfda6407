import gzip
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from pmflow_core.providers.anthropic import VENDOR_URL, AnthropicProvider, configured
from pmflow_core.providers.base import (
    Completion,
    GenerateRequest,
    ProviderRejected,
    ProviderUnavailable,
)
from pmflow_core.providers.pricing import find_price
from pmflow_core.providers.streams import Bounds
from pmflow_core.providers.vendor import VendorModel
from pmflow_core.settings import Settings
from tests.fakes import anthropic_server as fake
from tests.fakes.vendor_server import Reply, VendorServer, failing, serving

KEY = "sk-ant-api03-very-secret-0123456789"
REQUEST = GenerateRequest("prd", "Requirements", "Secret project", "", (), (), max_tokens=4096)
PIECES = ["# Requirements\n", "\n## Goals\n", "Cards arrive “on time” [S-1].\n"]
ROOMY = Bounds(connect_s=5, read_s=10, total_s=30, max_bytes=200_000)
QUICK = Bounds(connect_s=5, read_s=0.5, total_s=1.0)
# Silent for seconds on a busy machine, and over after half a second all the same.
PATIENT = Bounds(connect_s=5, read_s=10, total_s=10.5)


def provider_at(url: str, **changes: Any) -> AnthropicProvider:
    model = VendorModel(fake.MODEL, SecretStr(KEY), url, find_price(fake.MODEL), bounds=ROOMY)
    return AnthropicProvider(replace(model, **changes))


def ask(*replies: Reply, **changes: Any) -> Completion:
    with serving(*replies) as server:
        return provider_at(server.url, **changes).generate(REQUEST, lambda _: None)


@pytest.fixture(autouse=True)
def _neither_key_nor_prompt_is_ever_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert KEY not in caplog.text
    assert "Secret project" not in caplog.text


def test_a_whole_message_is_a_complete_document_with_its_cost() -> None:
    heard: list[str] = []
    with serving(fake.whole(PIECES)) as server:
        done = provider_at(server.url).generate(REQUEST, heard.append)
    assert heard == PIECES
    assert done.text == "".join(PIECES)
    assert (done.stop_reason, done.model) == ("complete", fake.MODEL)
    assert (done.usage.input_tokens, done.usage.output_tokens) == (1200, 340)
    # 1200 × $2 + 340 × $10, per million
    assert done.usage.cost_usd == Decimal("0.005800")
    assert done.usage.priced


def test_the_request_goes_to_the_base_url_with_the_key_and_room_to_think() -> None:
    with serving(fake.whole(PIECES)) as server:
        provider = provider_at(f"{server.url}/proxy", effort="low", thinking_tokens=1000)
        provider.generate(REQUEST, lambda _: None)
    received = server.received[0]
    assert received.path == "/proxy/v1/messages"
    assert received.headers["Authorization"] == f"Bearer {KEY}"
    assert received.body["model"] == fake.MODEL
    assert received.body["max_tokens"] == 5096
    assert received.body["output_config"] == {"effort": "low"}
    assert received.body["stream"] is True
    assert [one["role"] for one in received.body["messages"]] == ["user"]


def test_a_model_that_knows_no_effort_is_not_told_of_it() -> None:
    with serving(fake.whole(PIECES)) as server:
        provider = provider_at(server.url, effort="low", name="claude-haiku-4-5")
        provider.generate(REQUEST, lambda _: None)
    assert "output_config" not in server.received[0].body


@pytest.mark.parametrize(
    ("stop_reason", "expected"),
    [
        ("end_turn", "complete"),
        ("stop_sequence", "complete"),
        ("max_tokens", "truncated"),
        ("model_context_window_exceeded", "truncated"),
        ("refusal", "refused"),
    ],
)
def test_the_reason_it_stopped_says_what_the_answer_is_worth(
    stop_reason: str, expected: str
) -> None:
    done = ask(fake.whole(PIECES, stop_reason))
    assert done.stop_reason == expected
    assert done.usage.cost_usd > 0


@pytest.mark.parametrize("stop_reason", ["tool_use", "pause_turn", "something new"])
def test_a_reason_that_makes_no_document_is_a_failure(stop_reason: str) -> None:
    with pytest.raises(ProviderUnavailable, match="without a document"):
        ask(fake.whole(PIECES, stop_reason))


@pytest.mark.parametrize("aborted", [False, True])
@pytest.mark.parametrize("kept", range(len(fake.message(PIECES))))
def test_a_stream_cut_after_any_event_is_never_a_document(kept: int, aborted: bool) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        ask(Reply(chunks=fake.message(PIECES)[:kept], aborted=aborted))
    assert caught.value.maybe_billed


def test_a_stream_cut_within_any_event_is_never_a_document() -> None:
    whole = b"".join(fake.message(PIECES))
    # The very last byte is the line end that closes the closing event.
    cuts = range(1, len(whole), 211)
    for cut in [*cuts, len(whole) - 1]:
        with pytest.raises(ProviderUnavailable):
            ask(Reply(chunks=[whole[:cut]]))


def test_events_may_arrive_in_any_pieces_of_bytes() -> None:
    whole = b"".join(fake.message(["Grüße “ça va”   ", "🚀 [S-2]"]))
    done = ask(Reply(chunks=[whole[at : at + 7] for at in range(0, len(whole), 7)]))
    assert done.text == "Grüße “ça va”   🚀 [S-2]"


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_unavailable_and_asked_once(status: int) -> None:
    with serving(fake.error(status, "overloaded_error", "Overloaded")) as server:
        with pytest.raises(ProviderUnavailable, match=str(status)) as caught:
            provider_at(server.url).generate(REQUEST, lambda _: None)
        assert len(server.received) == 1
    assert not caught.value.maybe_billed
    assert caught.value.retry_after_s is None


def test_the_wish_to_be_left_alone_is_kept() -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        ask(fake.error(429, "rate_limit_error", "slow down", {"retry-after": "17"}))
    assert caught.value.retry_after_s == 17.0


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_what_will_not_pass_is_rejected(status: int) -> None:
    with pytest.raises(ProviderRejected, match="no such model"):
        ask(fake.error(status, "invalid_request_error", "no such model"))


@pytest.mark.parametrize(
    "error_code", ["enforced_spend_limit_reached", "contract_spend_limit_reached"]
)
def test_a_spent_limit_is_rejected_though_its_status_is_429(error_code: str) -> None:
    body = fake.error_body("rate_limit_error", "limit reached", error_code)
    with pytest.raises(ProviderRejected):
        ask(failing(429, body, {"retry-after": "3600"}))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("overloaded_error", ProviderUnavailable),
        ("api_error", ProviderUnavailable),
        ("rate_limit_error", ProviderUnavailable),
        ("invalid_request_error", ProviderRejected),
        ("billing_error", ProviderRejected),
    ],
)
def test_an_error_in_the_stream_ends_the_answer(kind: str, expected: type[Exception]) -> None:
    error = f"event: error\ndata: {json.dumps(fake.error_body(kind, 'gone'))}\n\n".encode()
    chunks = [*fake.message(PIECES)[:8], error, *fake.message(PIECES)[8:]]
    with pytest.raises(expected, match="gone"):
        ask(Reply(chunks=chunks))


@pytest.mark.parametrize(
    "chunks",
    [
        [],
        [b"\n\n\n"],
        [b"<html>a proxy says hello</html>"],
        [b"event: message_start\ndata: {not json\n\n"],
        [b"event: message_start\ndata: []\n\n"],
        [b'event: message_start\ndata: {"type": "message_start", "message": 7}\n\n'],
        [b"event: message_start\ndata: \xff\xfe\n\n"],
        [b'event: error\ndata: "?"\n\n'],
        [fake.event("message_stop")],
        [fake.event("content_block_delta", index=0, delta={"type": "text_delta", "text": 5})],
        fake.message([]),
        fake.message(["  \n"]),
        fake.message(PIECES)[1:],
    ],
)
def test_what_is_no_answer_is_never_a_document(chunks: list[bytes]) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        ask(Reply(chunks=chunks))
    assert caught.value.maybe_billed


def test_events_of_a_kind_not_known_yet_are_passed_over() -> None:
    events = fake.message(PIECES)
    events.insert(3, fake.event("mood", delta={"type": "mood_delta", "mood": "good"}))
    assert ask(Reply(chunks=events)).text == "".join(PIECES)


def test_silence_ends_the_call_within_its_bounds() -> None:
    with pytest.raises(ProviderUnavailable, match="no answer came in time") as caught:
        ask(Reply(wait_s=1.5, chunks=fake.message(PIECES)), bounds=QUICK)
    assert caught.value.maybe_billed
    with pytest.raises(ProviderUnavailable, match="stopped coming"):
        ask(Reply(pause_s=1.5, chunks=fake.message(PIECES)), bounds=QUICK)


def test_a_stream_kept_alive_for_ever_ends_at_the_total_bound() -> None:
    with pytest.raises(ProviderUnavailable, match="not whole after"):
        ask(Reply(pause_s=0.05, chunks=[fake.event("ping")] * 100), bounds=PATIENT)


def test_an_endless_answer_ends_at_the_bound_of_its_size() -> None:
    packed = gzip.compress(fake.event("ping") + b":" + b" " * 5_000_000, mtime=0)
    with pytest.raises(ProviderUnavailable, match="larger than"):
        ask(Reply(chunks=[packed], headers={"content-encoding": "gzip"}))
    with pytest.raises(ProviderUnavailable, match="larger than"):
        ask(fake.whole(["word " * 10_000] * 10))


def test_an_address_where_nobody_listens_is_unavailable_and_not_billed() -> None:
    server = VendorServer([])
    server.start()
    server.stop()
    with pytest.raises(ProviderUnavailable, match="no connection") as caught:
        provider_at(server.url).generate(REQUEST, lambda _: None)
    assert not caught.value.maybe_billed


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_server_that_repeats_the_key_does_not_spread_it(status: int) -> None:
    told = f"bad key {KEY}, header Bearer {KEY}, also sk-ant-***6789"
    with pytest.raises((ProviderRejected, ProviderUnavailable)) as caught:
        ask(fake.error(status, "authentication_error", told))
    assert KEY not in repr(caught.value)
    assert "6789" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("before", [0, 280, 290])
def test_a_key_of_any_form_is_taken_out_even_where_the_words_are_cut(before: int) -> None:
    odd = "corp/7f3a9b2c4d5e6f7a8b9c"
    with pytest.raises(ProviderRejected) as caught:
        ask(fake.error(400, odd, f"{'x' * before} {odd}"), api_key=SecretStr(odd))
    assert "corp" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_text_is_made_fit_to_be_kept() -> None:
    heard: list[str] = []
    with serving(fake.whole(["a\x00b", "cafe\u0301"])) as server:
        done = provider_at(server.url).generate(REQUEST, heard.append)
    assert done.text == "a\ufffdbcaf\u00e9"
    assert heard == ["a\ufffdb", "caf\u00e9"]


def test_an_error_of_the_listener_is_its_own_and_ends_the_call() -> None:
    def cancel(_piece: str) -> None:
        raise ValueError("cancelled by a person")

    with serving(fake.whole(PIECES)) as server, pytest.raises(ValueError, match="by a person"):
        provider_at(server.url).generate(REQUEST, cancel)


def test_a_vendors_model_without_a_price_is_not_asked() -> None:
    provider = provider_at(VENDOR_URL, price=None)
    with pytest.raises(ProviderRejected, match="PMFLOW_MODEL_PRICES"):
        provider.generate(REQUEST, lambda _: None)


def test_ones_own_server_may_be_without_a_price_and_says_so() -> None:
    done = ask(fake.whole(PIECES), price=None, own_address=True)
    assert not done.usage.priced
    assert done.usage.cost_usd == 0
    assert done.usage.output_tokens == 340


def test_a_call_never_costs_more_than_its_bound() -> None:
    with serving(fake.whole(PIECES)) as server:
        provider = provider_at(server.url)
        done = provider.generate(REQUEST, lambda _: None)
    assert done.usage.cost_usd <= provider.bound_usd(REQUEST) < Decimal("0.30")


def test_the_operators_settings_make_the_provider() -> None:
    settings = Settings.model_validate(
        {
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:1/x/",
            "anthropic_model": "claude-new",
            "model_prices": {"claude-new": ["1", "2"]},
            "model_effort": "default",
        }
    )
    model = configured(settings).model
    assert (model.name, model.base_url, model.key) == ("claude-new", "http://127.0.0.1:1/x", KEY)
    assert model.price is not None
    assert model.price.output == 2
    assert model.effort is None
    assert KEY not in repr(configured(settings))
