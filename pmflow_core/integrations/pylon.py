"""Pylon's issues, whose bodies are what a workspace's own templates there make of them."""

import re
from collections.abc import Mapping
from typing import Any

from pmflow_core.integrations.schemas import PylonSettings
from pmflow_core.integrations.taken import Taken, at, moment_of, name_at, skip, take, words_at
from pmflow_core.signals.parsing.mail import without_markup

TITLES = ("title", "issue_title", "subject", "issue.title")
TEXTS = (
    "body_html",
    "issue_body",
    "message",
    "text",
    "body",
    "message.body_html",
    "issue.body_html",
)
IDS = ("message_id", "message.id", "id", "issue_id", "issue.id")

MOST_MARKUP = 200_000
_MARKED = re.compile(r"</[a-z]|<br", re.IGNORECASE)


def read(body: Mapping[str, Any], settings: PylonSettings) -> Taken:
    """Return the issue or the message that a body tells of; the same id again is no second one."""
    inner = body.get("data")
    said = inner if isinstance(inner, dict) else body
    if settings.text_field:
        text = words_at(body, settings.text_field)
        missing = f"There is no text at {settings.text_field}."
    else:
        parts = (words_at(said, *TITLES), words_at(said, *TEXTS))
        text = "\n\n".join(_plain(part) for part in parts if part)
        missing = "There is no title and no text; name the field in the endpoint's settings."
    if not text:
        return skip(missing)
    found = next((at(said, path) for path in IDS if at(said, path)), None)
    return take(
        {
            "text": text,
            "source_ref": str(found)[:500] if isinstance(found, str | int) else None,
            "customer_name": name_at(said, "requester.name", "requester_name", "contact.name"),
            "customer_email": name_at(said, "requester.email", "requester_email", "contact.email"),
            "customer_company": name_at(said, "account.name", "account_name"),
            "received_at": moment_of(at(said, "created_at")),
        }
    )


def _plain(text: str) -> str:
    return without_markup(text[:MOST_MARKUP]) if _MARKED.search(text) else text
