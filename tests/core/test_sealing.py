"""Sealed secrets: opened by any key of the list, for their own row only."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmflow_core.sealing import SecretUnreadable, reseal, seal, unseal

OLD, NEW = b"the key before", b"the key that counts"


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), st.text(max_size=9))
def test_what_is_sealed_opens_again_and_nowhere_else(secret: str, owner: str) -> None:
    owner = owner.encode(errors="replace").decode()
    sealed = seal((OLD,), owner, secret)
    assert unseal((NEW, OLD), owner, sealed) == secret
    for keys, other in (((NEW,), owner), ((OLD,), owner + "x")):
        with pytest.raises(SecretUnreadable):
            unseal(keys, other, sealed)


def test_resealing_needs_the_old_key_once_and_then_no_more() -> None:
    renewed = reseal((NEW, OLD), "endpoint:1", seal((OLD,), "endpoint:1", "secret"))
    assert unseal((NEW,), "endpoint:1", renewed) == "secret"
    with pytest.raises(SecretUnreadable):
        unseal((OLD,), "endpoint:1", renewed)


def test_a_sealed_secret_that_was_changed_is_refused() -> None:
    sealed = seal((NEW,), "endpoint:1", "secret")
    for broken in ("", "x", sealed[:-4], sealed[::-1]):
        with pytest.raises(SecretUnreadable):
            unseal((NEW,), "endpoint:1", broken)
