"""Writing only over what was read: `ETag` on reads, `If-Match` on writes (RFC 9110 §13.1).

A write with the `ETag` that a read answered is done if that is still the tag, else it answers 412;
with `If-Match: *` it is done whatever is there.
"""

import re
from typing import Annotated

from fastapi import Header, Response

from pmflow_core.errors import Outdated, PmflowError

IfMatch = Annotated[
    str | None,
    Header(
        description="The `ETag` that was read, or `*` for whatever is there; else 412.",
        max_length=1000,
    ),
]
IfNoneMatch = Annotated[
    str | None, Header(description="`*` to write only what does not exist yet.", max_length=1000)
]
TAGGED = {"ETag": {"description": "Send it as `If-Match`.", "schema": {"type": "string"}}}
_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')


class PreconditionRequired(PmflowError):
    """The write must say over what it writes, or it might undo somebody's work unseen."""

    code = "precondition_required"
    http_status = 428


class PreconditionFailed(Outdated):
    """What is there now is not what the request expects."""

    code = "precondition_failed"


def seen_tag(if_match: str | None, tag: str) -> str | None:
    """Return the tag that a write expects, None where it takes whatever is there.

    Raises:
        PreconditionFailed: `tag` is none of those that it accepts.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    if tag not in _TAG.findall(if_match):
        raise PreconditionFailed("It was changed since you read it; read it, then change it.")
    return tag


def tag(response: Response, value: str) -> None:
    """Say in a response's ETag which state of the resource it shows."""
    response.headers["ETag"] = f'"{value}"'
