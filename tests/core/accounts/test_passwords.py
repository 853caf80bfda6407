"""Which passwords are taken, and how they are kept."""

import pytest

from pmflow_core.accounts.passwords import (
    WeakPassword,
    check_password,
    hash_password,
    verify_password,
)

EMAIL = "product.lead@example.com"


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short77",
        "x" * 129,
        "password",
        "PassWord1",
        "12345678",
        "zzzzzzzzzz",
        EMAIL,
        "Product.Lead",
    ],
)
def test_a_guessable_password_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(password, EMAIL)


@pytest.mark.parametrize(
    "password", ["tidy-otter-9", "x" * 64 + "y" * 64, "пароль-и-соль", "🦦" * 7 + "!"]
)
def test_a_password_of_eight_to_128_characters_is_taken(password: str) -> None:
    check_password(password, EMAIL)
    assert verify_password(hash_password(password), password)


def test_the_hash_is_argon2id_with_our_cost_and_a_salt_of_its_own() -> None:
    first, second = hash_password("tidy-otter-9"), hash_password("tidy-otter-9")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second


@pytest.mark.parametrize("attempt", ["tidy-otter-8", "", "x" * 10_000, "\udc00", "nul\x00nul"])
def test_another_password_does_not_match(attempt: str) -> None:
    assert not verify_password(hash_password("tidy-otter-9"), attempt)


def test_without_a_hash_or_with_a_broken_one_nothing_matches() -> None:
    assert not verify_password(None, "tidy-otter-9")
    assert not verify_password("not a hash", "tidy-otter-9")
