"""Ids sort by the time they were made, and tokens are kept as hashes only."""

import time
from uuid import RFC_4122

from pmflow_core.ids import new_token, token_hash, uuid7


def test_an_id_is_a_uuid_of_version_7_that_knows_its_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= after


def test_later_ids_sort_after_earlier_ones() -> None:
    ids = []
    for _ in range(100):
        ids.append(uuid7())
        time.sleep(0.000_01)
    assert ids == sorted(ids)


def test_no_two_ids_are_equal() -> None:
    assert len({uuid7() for _ in range(10_000)}) == 10_000


def test_the_hash_of_a_token_is_not_the_token() -> None:
    token = new_token()
    assert len(token) >= 43
    assert token_hash(token) == token_hash(token) != token
