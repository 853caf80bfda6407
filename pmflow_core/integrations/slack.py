"""Slack's events: which messages are feedback, and what they say in plain words.

Shapes: https://docs.slack.dev/reference/events/message and
https://docs.slack.dev/messaging/formatting-message-text, read in November 2026.
"""

import html
import re
from collections.abc import Mapping
from typing import Any

from pmflow_core.integrations.schemas import SlackSettings
from pmflow_core.integrations.taken import Taken, at, moment_of, skip, take, words_at

# A person's own message; every other subtype tells of joins, topics, pins and the like.
SAID = {"", "file_share", "thread_broadcast", "me_message"}
_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def challenge_of(body: Mapping[str, Any]) -> str | None:
    """Return what Slack wants to hear when an address is entered; None for any other event."""
    challenge = body.get("challenge")
    asks = body.get("type") == "url_verification"
    return challenge[:500] if asks and isinstance(challenge, str) else None


def read(body: Mapping[str, Any], settings: SlackSettings) -> Taken:
    """Return the message that an event holds.

    An edited message is the same as before to us: what was first said stays word for word, and a
    message that was never taken is taken as it is now.
    """
    event = body.get("event")
    if body.get("type") != "event_callback" or not isinstance(event, dict):
        return skip("Not an event of Slack.")
    if event.get("type") not in {"message", "app_mention"}:
        return skip(f"Not a message but {words_at(event, 'type')[:60] or 'something else'}.")
    said, refusal = _message(event)
    reason = refusal or _unwanted(event, said, settings)
    if reason:
        return skip(reason)
    return take(
        {
            "text": plain(words_at(said, "text")),
            "source_ref": _reference(body, event, said),
            "received_at": moment_of(said.get("ts")),
        }
    )


def plain(text: str) -> str:
    """Return a message without Slack's marks: links and mentions as people read them."""
    return html.unescape(_MARKED.sub(_shown, text))


def _shown(found: re.Match[str]) -> str:
    target, label = found.group(1), found.group(2)
    if label:
        return f"#{label}" if target.startswith("#") else label
    if target.startswith(("@", "#")):
        return target
    return target.removeprefix("!").split("^")[0]


def _message(event: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None]:
    """Return the message an event is about, and why it is none of a person's."""
    subtype = event.get("subtype") or ""
    if subtype == "message_deleted":
        return event, "A message was deleted in Slack; its signal stays until a person deletes it."
    if subtype != "message_changed":
        return event, None
    inner = event.get("message")
    if not isinstance(inner, dict) or not inner.get("edited"):
        return event, "A message was changed by Slack, not by its author."
    return inner, None


def _unwanted(
    event: Mapping[str, Any], said: Mapping[str, Any], settings: SlackSettings
) -> str | None:
    subtype = said.get("subtype") or ""
    by_program = subtype == "bot_message" or bool(said.get("bot_id") or said.get("bot_profile"))
    if by_program and not settings.bots:
        return "An app or a bot wrote it."
    if subtype not in SAID and not by_program:
        return f"Not said by a person ({str(subtype)[:60]})."
    if settings.channels and event.get("channel") not in settings.channels:
        return "Its channel is not one of those chosen."
    thread = said.get("thread_ts")
    if thread and thread != said.get("ts") and subtype != "thread_broadcast":
        return None if settings.replies else "A reply in a thread."
    return None


def _reference(
    body: Mapping[str, Any], event: Mapping[str, Any], said: Mapping[str, Any]
) -> str | None:
    parts = [body.get("team_id") or at(event, "team"), event.get("channel"), said.get("ts")]
    named = [part for part in parts if isinstance(part, str) and part]
    return "/".join(named)[:500] if len(named) == len(parts) else None
