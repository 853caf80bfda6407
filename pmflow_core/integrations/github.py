"""GitHub's events: issues and comments on issues.

What an event is follows from its body, which is signed, not from the header that names it, which
is not. Shapes: https://docs.github.com/en/webhooks/webhook-events-and-payloads, November 2026.
"""

from collections.abc import Mapping
from typing import Any

from pmflow_core.integrations.schemas import GithubSettings
from pmflow_core.integrations.taken import Taken, at, moment_of, name_at, skip, take, words_at

# After each of these the issue or comment may be new to us; its reference tells.
TAKEN = {"opened", "reopened", "edited", "labeled", "transferred", "created"}


def read(body: Mapping[str, Any], settings: GithubSettings) -> Taken:
    """Return the issue, or the comment on one, that an event tells of."""
    if "zen" in body:
        return skip("GitHub's greeting; the address works.")
    issue = body.get("issue")
    if not isinstance(issue, dict):
        return skip("Neither an issue nor a comment on one.")
    reason = _unwanted(body, issue, settings)
    if reason:
        return skip(reason)
    comment = body.get("comment")
    if not isinstance(comment, dict):
        whole = "\n\n".join(filter(None, (words_at(issue, "title"), words_at(issue, "body"))))
        return _taken(body, issue, whole, "")
    return _taken(body, comment, words_at(comment, "body"), f"/comment-{comment.get('id')}")


def _taken(body: Mapping[str, Any], said: Mapping[str, Any], text: str, part: str) -> Taken:
    repository = words_at(body, "repository.full_name")
    number = at(body, "issue.number")
    return take(
        {
            "text": text,
            "source_ref": f"{repository}#{number}{part}"[:500] if repository and number else None,
            "customer_name": name_at(said, "user.login"),
            "received_at": moment_of(said.get("created_at")),
        }
    )


def _unwanted(
    body: Mapping[str, Any], issue: Mapping[str, Any], settings: GithubSettings
) -> str | None:
    comment = body.get("comment")
    is_comment = isinstance(comment, dict)
    said = comment if isinstance(comment, dict) else issue
    labels = {words_at(label, "name").lower() for label in _list(issue.get("labels"))}
    reasons = (
        (body.get("action") not in TAKEN, f"Nothing new was said ({_action(body)})."),
        ("pull_request" in issue, "About a pull request."),
        (at(said, "user.type") == "Bot", "An app or a bot wrote it."),
        (is_comment and not settings.comments, "Comments are not taken here."),
        (
            bool(settings.labels) and not labels & {label.lower() for label in settings.labels},
            "It has none of the labels chosen.",
        ),
    )
    return next((reason for applies, reason in reasons if applies), None)


def _action(body: Mapping[str, Any]) -> str:
    return words_at(body, "action")[:60] or "no action"


def _list(given: object) -> list[Any]:
    return given if isinstance(given, list) else []
