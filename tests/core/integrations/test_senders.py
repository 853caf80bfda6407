"""What the events of Slack, GitHub and Pylon come to, and that no body breaks their readers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.integrations import github, pylon, slack
from pmflow_core.integrations.schemas import GithubSettings, PylonSettings, SlackSettings
from pmflow_core.integrations.taken import Taken

MESSAGE = {
    "type": "message",
    "channel": "C1",
    "user": "U1",
    "text": "The export fails",
    "ts": "1764201600.000100",
}
ISSUE: dict[str, Any] = {
    "number": 12,
    "title": "Export fails",
    "body": "For large files.",
    "labels": [{"name": "Feedback"}],
    "user": {"login": "octocat", "type": "User"},
    "created_at": "2026-11-01T10:00:00Z",
}


def said(event: dict[str, Any], **settings: Any) -> Taken:
    body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
    return slack.read(body, SlackSettings(**settings))


def opened(body: dict[str, Any], **settings: Any) -> Taken:
    whole = {"action": "opened", "repository": {"full_name": "acme/app"}, "issue": ISSUE} | body
    return github.read(whole, GithubSettings(**settings))


def test_a_person_s_message_is_taken_in_plain_words() -> None:
    text = "<@U2> the <https://x.io|export> &amp; <https://y.io> fail in <#C2|product> <!here>"
    [signal] = said({**MESSAGE, "text": text}).signals
    assert signal.text == "@U2 the export & https://y.io fail in #product here"
    assert signal.source_ref == "T1/C1/1764201600.000100"
    assert signal.received_at is not None
    assert signal.received_at.isoformat() == "2025-11-27T00:00:00.000100+00:00"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"bot_id": "B1"}, "bot"),
        ({"subtype": "bot_message"}, "bot"),
        ({"subtype": "channel_join"}, "person"),
        ({"subtype": "message_deleted"}, "deleted"),
        ({"thread_ts": "1764201500.0"}, "thread"),
        ({"type": "reaction_added"}, "reaction_added"),
        ({"text": ""}, "text"),
        ({"subtype": "message_changed", "message": {**MESSAGE}}, "not by its author"),
    ],
)
def test_what_is_left_out_of_slack_says_why(change: dict[str, Any], why: str) -> None:
    taken = said({**MESSAGE, **change})
    # A message without text has no words; ingesting refuses it in words of its own.
    assert why in (taken.skipped or "") or (why == "text" and not taken.signals[0].text)


def test_an_edit_is_known_by_the_same_reference() -> None:
    inner = {**MESSAGE, "text": "The export fails daily", "edited": {"user": "U1"}}
    edit = {"type": "message", "subtype": "message_changed", "channel": "C1", "message": inner}
    [first], [again] = said(MESSAGE).signals, said(edit).signals
    assert first.source_ref == again.source_ref


def test_settings_of_slack_widen_and_narrow() -> None:
    assert said({**MESSAGE, "bot_id": "B1"}, bots=True).signals
    assert said({**MESSAGE, "thread_ts": "1764201500.0"}, replies=True).signals
    assert said(MESSAGE, channels=["C1"]).signals
    assert "channel" in (said(MESSAGE, channels=["C9"]).skipped or "")


def test_an_issue_and_a_comment_become_signals_with_their_references() -> None:
    [issue] = opened({}).signals
    assert (issue.text, issue.source_ref) == ("Export fails\n\nFor large files.", "acme/app#12")
    assert issue.customer_name == "octocat"
    comment = {"id": 7, "body": "Me too", "user": {"login": "hubot", "type": "User"}}
    [taken] = opened({"action": "created", "comment": comment}).signals
    assert (taken.text, taken.source_ref) == ("Me too", "acme/app#12/comment-7")


@pytest.mark.parametrize(
    ("body", "settings", "why"),
    [
        ({"zen": "Keep it logically awesome."}, {}, "greeting"),
        ({"issue": None}, {}, "Neither"),
        ({"action": "closed"}, {}, "Nothing new"),
        ({"issue": {**ISSUE, "pull_request": {}}}, {}, "pull request"),
        ({"issue": {**ISSUE, "user": {"type": "Bot"}}}, {}, "bot"),
        ({}, {"labels": ["bug"]}, "labels"),
        ({"action": "created", "comment": {"id": 1, "body": "x"}}, {"comments": False}, "Comments"),
    ],
)
def test_what_is_left_out_of_github_says_why(
    body: dict[str, Any], settings: dict[str, Any], why: str
) -> None:
    assert why in (opened(body, **settings).skipped or "")


def test_labels_are_compared_as_people_write_them() -> None:
    assert opened({}, labels=["feedback"]).signals


def test_an_issue_of_pylon_is_found_where_its_bodies_have_it() -> None:
    body = {
        "data": {
            "id": "iss_1",
            "title": "Export",
            "body_html": "<p>It <b>fails</b></p><p>daily</p>",
            "requester": {"email": "lead@example.com", "name": "Product lead"},
            "account": {"name": "Acme"},
        }
    }
    [signal] = pylon.read(body, PylonSettings()).signals
    assert signal.text == "Export\n\nIt fails\n\n\ndaily"
    assert (signal.source_ref, signal.customer_email) == ("iss_1", "lead@example.com")
    [own] = pylon.read({"a": {"b": "Said"}}, PylonSettings(text_field="a.b")).signals
    assert own.text == "Said"
    assert "settings" in (pylon.read({"x": 1}, PylonSettings()).skipped or "")
    assert "a.b" in (pylon.read({}, PylonSettings(text_field="a.b")).skipped or "")


_WORDS = """type event message text ts subtype edited issue comment action title data id body labels
repository full_name number user login created_at body_html requester"""
_NAMES = st.sampled_from(_WORDS.split())
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=6),
    max_leaves=20,
)


@given(st.dictionaries(_NAMES, _JSON, max_size=6))
def test_any_body_is_taken_or_left_out_with_a_reason(body: dict[str, Any]) -> None:
    for taken in (
        slack.read({**body, "type": "event_callback"}, SlackSettings()),
        github.read({**body, "action": "opened"}, GithubSettings()),
        pylon.read(body, PylonSettings()),
    ):
        assert bool(taken.signals) != bool(taken.skipped)
