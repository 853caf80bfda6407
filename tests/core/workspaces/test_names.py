"""Slugs and key prefixes out of names."""

from itertools import islice

import pytest

from pmflow_core.workspaces.names import is_slug, key_prefixes, suggest_slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Spotify Android", "spotify-android"),
        ("  Émile & Söhne!  ", "emile-sohne"),
        ("日本語", "workspace"),
        ("A", "workspace"),
        ("x" * 39 + " yy", "x" * 39),
    ],
)
def test_a_slug_is_suggested_from_the_name(name: str, slug: str) -> None:
    assert suggest_slug(name) == slug
    assert is_slug(slug)


@pytest.mark.parametrize("text", ["", "a", "-a", "a-", "a--b", "A-b", "a b", "a/b", "é", "x" * 41])
def test_what_cannot_be_in_an_address_is_no_slug(text: str) -> None:
    assert not is_slug(text)


@pytest.mark.parametrize(
    ("name", "prefixes"),
    [
        ("Spotify Android", ["SPO", "SA", "SPOT", "SPOTI", "SPO2", "SPO3"]),
        ("Acme", ["ACM", "ACME", "ACM2"]),
        ("Go", ["GO", "GO2", "GO3"]),
        ("3M Tape", ["MTA", "MTAP", "MTAPE", "MTA2"]),
        ("日本語", ["WS", "WS2"]),
        ("42", ["WS", "WS2"]),
    ],
)
def test_prefixes_come_best_first(name: str, prefixes: list[str]) -> None:
    assert list(islice(key_prefixes(name), len(prefixes))) == prefixes
