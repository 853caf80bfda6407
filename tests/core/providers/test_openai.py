import logging
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from pmflow_core.providers.base import (
    Completion,
    GenerateRequest,
    ProviderRejected,
    ProviderUnavailable,
)
from pmflow_core.providers.openai import VENDOR_URL, OpenAIProvider, configured
from pmflow_core.providers.pricing import find_price
from pmflow_core.providers.streams import Bounds
from pmflow_core.providers.vendor import VendorModel
from pmflow_core.settings import Settings
from tests.fakes import openai_server as fake
from tests.fakes.vendor_server import Reply, VendorServer, serving

KEY = "sk-proj-very-secret-0123456789"
REQUEST = GenerateRequest("prd", "Requirements", "Secret project", "", (), (), max_tokens=4096)
PIECES = ["# Requirements\n", "\n## Goals\n", "Cards arrive “on time” [S-1].\n"]
ROOMY = Bounds(connect_s=5, read_s=10, total_s=30, max_bytes=200_000)
QUICK = Bounds(connect_s=5, read_s=0.5, total_s=1.0)
# Silent for seconds on a busy machine, and over after half a second all the same.
PATIENT = Bounds(connect_s=5, read_s=10, total_s=10.5)


def provider_at(url: str, **changes: Any) -> OpenAIProvider:
    model = VendorModel(fake.MODEL, SecretStr(KEY), url, find_price(fake.MODEL), bounds=ROOMY)
    return OpenAIProvider(replace(model, **changes))


def ask(*replies: Reply, **changes: Any) -> Completion:
    with serving(*replies) as server:
        return provider_at(server.url, **changes).generate(REQUEST, lambda _: None)


@pytest.fixture(autouse=True)
def _neither_key_nor_prompt_is_ever_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert KEY not in caplog.text
    assert "Secret project" not in caplog.text


def test_a_whole_answer_is_a_complete_document_with_its_cost() -> None:
    heard: list[str] = []
    with serving(fake.whole(PIECES)) as server:
        done = provider_at(server.url).generate(REQUEST, heard.append)
    assert heard == PIECES
    assert done.text == "".join(PIECES)
    assert (done.stop_reason, done.model) == ("complete", fake.MODEL)
    assert (done.usage.input_tokens, done.usage.output_tokens) == (1200, 340)
    # 1000 × $2 + 200 cached × $0.10 + 340 × $10, per million
    assert done.usage.cost_usd == Decimal("0.005420")


def test_a_model_that_thinks_is_asked_in_the_vendors_newer_words() -> None:
    with serving(fake.whole(PIECES)) as server:
        provider = provider_at(f"{server.url}/v1", effort="low", thinking_tokens=1000)
        provider.generate(REQUEST, lambda _: None)
    received = server.received[0]
    assert received.path == "/v1/chat/completions"
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.body["max_completion_tokens"] == 5096
    assert received.body["reasoning_effort"] == "low"
    assert received.body["stream_options"] == {"include_usage": True}
    assert "max_tokens" not in received.body
    assert [one["role"] for one in received.body["messages"]] == ["system", "user"]


def test_another_servers_model_is_asked_in_the_words_all_servers_know() -> None:
    with serving(fake.whole(PIECES)) as server:
        provider = provider_at(server.url, name="qwen3:8b", effort="low", api_key=SecretStr(""))
        provider.generate(REQUEST, lambda _: None)
    body = server.received[0].body
    assert body["max_tokens"] == 20_096
    assert not {"max_completion_tokens", "reasoning_effort"} & body.keys()
    assert server.received[0].headers["authorization"] == "Bearer no-key"


@pytest.mark.parametrize(
    ("finish_reason", "expected"),
    [("stop", "complete"), ("length", "truncated"), ("content_filter", "refused")],
)
def test_the_reason_it_stopped_says_what_the_answer_is_worth(
    finish_reason: str, expected: str
) -> None:
    done = ask(fake.whole(PIECES, finish_reason))
    assert done.stop_reason == expected
    assert done.usage.cost_usd > 0


def test_a_refusal_in_words_is_refused() -> None:
    events = fake.message([])
    events.insert(1, fake.chunk({"refusal": "I cannot help with that."}))
    assert ask(Reply(chunks=events)).stop_reason == "refused"


@pytest.mark.parametrize("finish_reason", ["tool_calls", "function_call", "something new"])
def test_a_reason_that_makes_no_document_is_a_failure(finish_reason: str) -> None:
    with pytest.raises(ProviderUnavailable, match="without a document"):
        ask(fake.whole(PIECES, finish_reason))


@pytest.mark.parametrize("aborted", [False, True])
@pytest.mark.parametrize("kept", range(len(fake.message(PIECES))))
def test_a_stream_cut_after_any_event_is_never_a_document(kept: int, aborted: bool) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        ask(Reply(chunks=fake.message(PIECES)[:kept], aborted=aborted))
    assert caught.value.maybe_billed


def test_a_stream_cut_within_any_event_is_never_a_document() -> None:
    whole = b"".join(fake.message(PIECES))
    for cut in [*range(1, len(whole), 157), len(whole) - 1]:
        with pytest.raises(ProviderUnavailable):
            ask(Reply(chunks=[whole[:cut]]))


def test_events_may_arrive_in_any_pieces_of_bytes() -> None:
    whole = b": keep-alive\r\n\r\n" + b"".join(fake.message(["Grüße ", "🚀 [S-2]"]))
    whole = whole.replace(b"\n\n", b"\r\n\r\n")
    done = ask(Reply(chunks=[whole[at : at + 7] for at in range(0, len(whole), 7)]))
    assert done.text == "Grüße 🚀 [S-2]"


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_unavailable_and_asked_once(status: int) -> None:
    with serving(fake.error(status, "server_error", "busy", {"retry-after": "2"})) as server:
        with pytest.raises(ProviderUnavailable, match=str(status)) as caught:
            provider_at(server.url).generate(REQUEST, lambda _: None)
        assert len(server.received) == 1
    assert not caught.value.maybe_billed
    assert caught.value.retry_after_s == 2.0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_what_will_not_pass_is_rejected(status: int) -> None:
    with pytest.raises(ProviderRejected, match="no such model"):
        ask(fake.error(status, "invalid_request_error", "no such model"))


@pytest.mark.parametrize(
    "code",
    [
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
    ],
)
def test_a_spent_limit_is_rejected_though_its_status_is_429(code: str) -> None:
    with pytest.raises(ProviderRejected):
        ask(fake.error(429, code, "limit reached", {"retry-after": "3600"}))


def test_an_error_told_as_mere_text_is_still_told() -> None:
    with pytest.raises(ProviderRejected, match="model 'x' not found"):
        ask(Reply(404, chunks=[b'{"error": "model \'x\' not found"}']))


@pytest.mark.parametrize(
    ("code", "expected"),
    [("server_error", ProviderUnavailable), ("insufficient_quota", ProviderRejected)],
)
def test_an_error_in_the_stream_ends_the_answer(code: str, expected: type[Exception]) -> None:
    error = fake.chunk(choices=[], error=fake.error_body(code, "gone")["error"])
    with pytest.raises(expected, match="gone"):
        ask(Reply(chunks=[*fake.message(PIECES)[:3], error, *fake.message(PIECES)[3:]]))


@pytest.mark.parametrize(
    "chunks",
    [
        [],
        [fake.DONE],
        [b"<html>a proxy says hello</html>"],
        [b"data: {not json\n\n", fake.DONE],
        [b"data: []\n\n", fake.DONE],
        [b'data: {"choices": [{"finish_reason": "stop"}]}\n\n', fake.DONE],
        [b"data: \xff\xfe\n\n", fake.DONE],
        [fake.chunk({"content": 5}), fake.DONE],
        [fake.chunk({"content": "half"}), fake.DONE],
        fake.message([]),
        fake.message(["  \n"]),
    ],
)
def test_what_is_no_answer_is_never_a_document(chunks: list[bytes]) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        ask(Reply(chunks=chunks))
    assert caught.value.maybe_billed


def test_silence_ends_the_call_within_its_bounds() -> None:
    with pytest.raises(ProviderUnavailable, match="no answer came in time") as caught:
        ask(Reply(wait_s=1.5, chunks=fake.message(PIECES)), bounds=QUICK)
    assert caught.value.maybe_billed
    with pytest.raises(ProviderUnavailable, match="stopped coming"):
        ask(Reply(pause_s=1.5, chunks=fake.message(PIECES)), bounds=QUICK)


def test_a_stream_kept_alive_for_ever_ends_at_the_total_bound() -> None:
    with pytest.raises(ProviderUnavailable, match="not whole after"):
        ask(Reply(pause_s=0.05, chunks=[b": waiting\n\n"] * 100), bounds=PATIENT)


def test_an_endless_answer_ends_at_the_bound_of_its_size() -> None:
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
    told = f"Incorrect API key provided: {KEY} or sk-proj-****6789."
    with pytest.raises((ProviderRejected, ProviderUnavailable)) as caught:
        ask(fake.error(status, "invalid_api_key", told))
    assert KEY not in repr(caught.value)
    assert "6789" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_priced_answer_without_counts_is_charged_at_its_bound() -> None:
    events = [one for one in fake.message(PIECES) if b"prompt_tokens" not in one]
    with serving(Reply(chunks=events)) as server:
        provider = provider_at(server.url)
        done = provider.generate(REQUEST, lambda _: None)
    assert done.usage.cost_usd == provider.bound_usd(REQUEST) > 0
    assert not done.usage.priced


def test_ones_own_server_may_be_without_a_price_and_says_so() -> None:
    done = ask(fake.whole(PIECES), price=None, own_address=True)
    assert not done.usage.priced
    assert done.usage.cost_usd == 0
    assert done.usage.output_tokens == 340


def test_a_vendors_model_without_a_price_is_not_asked() -> None:
    with pytest.raises(ProviderRejected, match="PMFLOW_MODEL_PRICES"):
        provider_at(VENDOR_URL, price=None).generate(REQUEST, lambda _: None)


def test_a_server_of_ones_own_needs_no_key() -> None:
    settings = Settings.model_validate(
        {"OPENAI_BASE_URL": "http://127.0.0.1:11434/v1/", "provider": "openai"}
    )
    model = configured(settings).model
    assert (model.base_url, model.key, model.own_address) == ("http://127.0.0.1:11434/v1", "", True)
