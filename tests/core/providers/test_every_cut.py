"""Whatever a vendor's server does, nothing becomes a document that is not whole.

Each case goes through the gateway: at most four tries, then the next provider, and never more
money than the budget holds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from pmflow_core.calls import breaker
from pmflow_core.calls.gateway import Gateway
from pmflow_core.calls.models import CallStatus
from pmflow_core.calls.patience import Patience
from pmflow_core.db.transaction import transaction
from pmflow_core.providers.anthropic import AnthropicProvider
from pmflow_core.providers.base import Provider, ProviderRejected, ProviderUnavailable
from pmflow_core.providers.openai import OpenAIProvider
from pmflow_core.providers.pricing import find_price
from pmflow_core.providers.streams import Bounds
from pmflow_core.providers.vendor import VendorModel
from pmflow_core.runs.models import StageRun
from tests.core.calls.callers import ANSWER, REQUEST, caller_of, calls, money, run, scripted
from tests.core.runs.staging import answers, desk, extensions, workspace_id
from tests.fakes import anthropic_server, openai_server
from tests.fakes.vendor_server import Reply, VendorServer

__all__ = ["answers", "desk", "extensions", "run", "workspace_id"]

PIECES = ["# Requirements\n", "Cards arrive on time [S-1].\n"]
BOUNDS = Bounds(connect_s=5, read_s=0.3, total_s=0.9, max_bytes=100_000)
RUN_CAP = 1.0
LOST = {CallStatus.FAILED, CallStatus.POSSIBLY_BILLED}
SHORT = replace(REQUEST, max_tokens=256)


@dataclass(frozen=True)
class Vendor:
    """A vendor's fake and the provider that asks it."""

    name: str
    fake: Any
    make: Callable[[str], Provider]


def _claude(url: str) -> Provider:
    name = anthropic_server.MODEL
    return AnthropicProvider(
        VendorModel(
            name, SecretStr("sk-1"), url, find_price(name), thinking_tokens=0, bounds=BOUNDS
        )
    )


def _gpt(url: str) -> Provider:
    name = openai_server.MODEL
    return OpenAIProvider(
        VendorModel(
            name, SecretStr("sk-1"), url, find_price(name), thinking_tokens=0, bounds=BOUNDS
        )
    )


VENDORS = (
    Vendor("anthropic", anthropic_server, _claude),
    Vendor("openai", openai_server, _gpt),
)


def _cuts(whole: Sequence[bytes], *, aborted: bool) -> Iterator[tuple[str, Reply]]:
    for kept in range(len(whole)):
        yield f"ends after {kept} events", Reply(chunks=whole[:kept], aborted=aborted)


def _garbage(whole: Sequence[bytes]) -> Iterator[tuple[str, Reply]]:
    for at in range(len(whole)):
        broken = [*whole[:at], b"event: x\ndata: {no json\n\n", *whole[at:]]
        yield f"garbage at event {at}", Reply(chunks=broken)
    yield "no bytes", Reply()
    yield "another page", Reply(chunks=[b"<html>Sign in</html>"])
    yield "no UTF-8", Reply(chunks=[*whole[:3], b"data: \xff\xfe\n\n", *whole[3:]])


def _silence(vendor: Vendor) -> Iterator[tuple[str, Reply]]:
    whole = vendor.fake.message(PIECES)
    yield "silent", Reply(chunks=whole, wait_s=0.5)
    yield "slow", Reply(chunks=whole, pause_s=0.45)
    for status in (400, 401, 404, 429, 500, 503, 529):
        yield f"status {status}", vendor.fake.error(status, "api_error", "no")


def _faults(vendor: Vendor, kind: str) -> Iterator[tuple[str, Reply]]:
    """Yield ways to give no whole answer, by name."""
    whole = vendor.fake.message(PIECES)
    if kind == "garbage":
        return _garbage(whole)
    return _silence(vendor) if kind == "silence" else _cuts(whole, aborted=kind == "reset")


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda one: one.name)
@pytest.mark.parametrize("kind", ["cut", "reset", "garbage", "silence"])
def test_no_fault_of_a_server_becomes_a_document(run: StageRun, vendor: Vendor, kind: str) -> None:
    replies = [Reply()]
    with VendorServer(replies, lambda _: replies[0]) as server:
        for name, reply in _faults(vendor, kind):
            replies[0] = reply
            server.received.clear()
            before = len(calls(run))
            second = scripted(ANSWER, name="second", bound=Decimal("0.01"))
            attempts = 2 if kind == "cut" else 1
            gateway = _gateway(run, vendor.make(server.url), second, attempts=attempts)

            done = gateway.generate(replace(SHORT, instructions=name), lambda _: None)

            assert done.text == ANSWER.text, name
            *failed, last = calls(run)[before:]
            assert 1 <= len(server.received) == len(failed) <= attempts, name
            assert {call.status for call in failed} <= LOST, name
            assert {call.response for call in failed} == {None}, name
            assert last.provider == "second", name
            _close_the_circuit(run, vendor.name)
    assert money(run)["run"][0] <= RUN_CAP
    assert money(run)["run"][1] == 0.0


def _gateway(run: StageRun, *providers: Provider, attempts: int = 4) -> Gateway:
    patience = Patience(attempts=attempts, seconds=600)
    return Gateway(providers, caller_of(run), lambda _: None, patience, sleep=lambda _: None)


def _close_the_circuit(run: StageRun, name: str) -> None:
    with transaction(run.workspace_id) as session:
        breaker.note_success(session, name)


@pytest.mark.parametrize("stop", ["truncated", "refused"])
@pytest.mark.parametrize("vendor", VENDORS, ids=lambda one: one.name)
def test_a_whole_answer_that_was_truncated_or_refused_is_not_used_either(
    run: StageRun, vendor: Vendor, stop: str
) -> None:
    words = {
        "anthropic": {"truncated": "max_tokens", "refused": "refusal"},
        "openai": {"truncated": "length", "refused": "content_filter"},
    }
    reply = vendor.fake.whole(PIECES, words[vendor.name][stop])
    with VendorServer([reply]) as server, pytest.raises(ProviderRejected, match=stop):
        _gateway(run, vendor.make(server.url)).generate(SHORT, lambda _: None)
    assert len(server.received) == 1
    assert calls(run)[0].status is CallStatus.FAILED
    assert calls(run)[0].cost_usd > 0


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda one: one.name)
def test_a_server_that_stays_overloaded_is_asked_four_times_and_its_wish_is_kept(
    run: StageRun, vendor: Vendor
) -> None:
    busy = vendor.fake.error(429, "rate_limit_error", "slow down", {"retry-after": "7"})
    pauses: list[float] = []
    with VendorServer([busy]) as server, pytest.raises(ProviderUnavailable, match="429"):
        Gateway(
            [vendor.make(server.url)], caller_of(run), lambda _: None, sleep=pauses.append
        ).generate(SHORT, lambda _: None)
    assert len(server.received) == 4
    assert len(pauses) == 3
    assert min(pauses) >= 7
    assert money(run)["run"] == (0.0, 0.0)


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda one: one.name)
def test_a_server_that_refuses_connections_is_left_for_the_next(
    run: StageRun, vendor: Vendor
) -> None:
    with VendorServer([Reply()]) as server:
        url = server.url
    second = scripted(ANSWER, name="second")
    done = _gateway(run, vendor.make(url), second).generate(SHORT, lambda _: None)
    assert done.text == ANSWER.text
    assert len(calls(run)) == 5
    assert money(run)["run"] == (0.04, 0.0)
