"""Standard Webhooks: the specification's own example, and every way to be wrong."""

import dataclasses
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.integrations.signatures import (
    MOST_SIGNATURES,
    WINDOW_S,
    BadSignature,
    Signed,
    derive_secret,
    sign,
    verify,
)

# From the reference implementations' tests: github.com/standard-webhooks/standard-webhooks
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EXAMPLE = Signed(
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "1614265330",
    ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",),
)
BODY = b'{"test": 2432232314}'
NOW = 1614265330.0


def test_the_specification_s_example_is_signed_and_verified() -> None:
    assert sign(SECRET, EXAMPLE.id, 1614265330, BODY) == EXAMPLE.signatures[0]
    verify([SECRET], EXAMPLE, BODY, now=NOW)


@pytest.mark.parametrize("now", [NOW - WINDOW_S - 1, NOW + WINDOW_S + 1])
def test_a_delivery_of_another_time_is_refused(now: float) -> None:
    with pytest.raises(BadSignature, match="five minutes"):
        verify([SECRET], EXAMPLE, BODY, now=now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": "x" * 201},
        {"id": "a\nb"},
        {"id": "another"},
        {"timestamp": ""},
        {"timestamp": "soon"},
        {"timestamp": "١٦١٤٢٦٥٣٣٠"},
        {"timestamp": "9" * 400},
        {"timestamp": "1614265331"},
        {"signatures": ()},
        {"signatures": ("v1,",)},
        {"signatures": ("v1,\udcff",)},
        {"signatures": ("v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",)},
    ],
)
def test_anything_else_in_its_place_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadSignature):
        verify([SECRET], dataclasses.replace(EXAMPLE, **wrong), BODY, now=NOW)


def test_one_good_signature_of_several_is_enough() -> None:
    many = dataclasses.replace(EXAMPLE, signatures=("v1,bad", "v2,x", *EXAMPLE.signatures))
    verify([SECRET], many, BODY, now=NOW)
    verify([derive_secret(b"k", uuid4(), 1), SECRET], many, BODY, now=NOW)
    with pytest.raises(BadSignature):
        verify([], many, BODY, now=NOW)


def test_headers_are_read_up_to_a_bound() -> None:
    assert Signed.of({"content-type": "x"}) is None
    signed = Signed.of({"webhook-signature": "v1,a " * 1000})
    assert signed is not None
    assert (len(signed.signatures), signed.id) == (MOST_SIGNATURES, "")


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_a_body_that_was_changed_is_refused(body: bytes, other: bytes) -> None:
    signed = Signed("a", "1000", (sign(SECRET, "a", 1000, body),))
    verify([SECRET], signed, body, now=1000)
    if other != body:
        with pytest.raises(BadSignature):
            verify([SECRET], signed, other, now=1000)


def test_each_endpoint_and_version_has_a_secret_of_its_own_that_can_be_made_again() -> None:
    first, second = UUID(int=1), UUID(int=2)
    secrets = {
        derive_secret(key, endpoint, version)
        for key in (b"one", b"two")
        for endpoint in (first, second)
        for version in (1, 2)
    }
    assert len(secrets) == 8
    assert derive_secret(b"one", first, 1) in secrets
