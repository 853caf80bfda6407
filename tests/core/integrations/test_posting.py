"""One request out: to the vetted address, within its time, and no further than asked."""

import pytest

from pmflow_core.integrations.posting import KEPT_CHARS, Poster
from tests.core.integrations.receiver import HERE, receiver


def test_a_body_arrives_with_its_headers() -> None:
    with receiver() as there:
        there.answer(200, b"thanks")
        answer = Poster(HERE).post(there.url, [("webhook-id", "msg_1")], b'{"a": 1}')
    [(headers, body)] = there.came
    assert (answer.status, answer.text, answer.accepted) == (200, "thanks", True)
    assert (headers["webhook-id"], body) == ("msg_1", b'{"a": 1}')
    assert headers["host"] == there.url.split("/")[2]


def test_a_name_that_changes_its_address_is_still_connected_to_the_vetted_one() -> None:
    with receiver() as there:
        port = int(there.url.rsplit(":", 1)[1].split("/")[0])
        asked: list[str] = []

        def rebinding(host: str, _port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

        answer = Poster(HERE, rebinding).post(f"http://hooks.test:{port}/x", [], b"{}")
    assert (answer.status, asked) == (204, ["hooks.test"])
    assert there.came[0][0]["host"] == f"hooks.test:{port}"


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with receiver() as there, receiver() as elsewhere:
        there.answer(302, location=elsewhere.url)
        answer = Poster(HERE).post(there.url, [], b"{}")
    assert (answer.status, answer.accepted, elsewhere.came) == (302, False, [])


def test_an_answer_by_drops_ends_with_the_time() -> None:
    with receiver() as there:
        there.answers.append((200, {}, [b"x"] * 400))
        there.pause_s = 0.05
        answer = Poster(HERE, total_s=1.0).post(there.url, [], b"{}")
    assert answer.error == "No answer within 1 seconds."


def test_a_long_answer_is_read_no_further_than_needed() -> None:
    with receiver() as there:
        there.answers.append((200, {}, [b"\x00\xffa" * 20_000] * 50))
        answer = Poster(HERE).post(there.url, [], b"{}")
    assert answer.accepted
    assert len(answer.text) == KEPT_CHARS
    assert "\x00" not in answer.text


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "https://nowhere.invalid/"])
def test_nobody_there_is_told_in_words(url: str) -> None:
    answer = Poster(HERE).post(url, [], b"{}")
    assert answer.status is None
    assert answer.error


def test_a_receiver_may_ask_for_time() -> None:
    with receiver() as there:
        there.answer(429, retry_after="120")
        assert Poster(HERE).post(there.url, [], b"{}").retry_after_s == 120
        there.answer(503, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")
        assert Poster(HERE).post(there.url, [], b"{}").retry_after_s is None
