"""Answers of the Chat Completions API on the wire, for `vendor_server`.

Shapes: https://developers.openai.com/api/docs/api-reference/chat-streaming.
"""

import json
from collections.abc import Sequence
from typing import Any

from tests.fakes.vendor_server import Reply, failing

MODEL = "gpt-6.2-sol"
DONE = b"data: [DONE]\n\n"
USAGE: dict[str, Any] = {
    "prompt_tokens": 1200,
    "completion_tokens": 340,
    "total_tokens": 1540,
    "prompt_tokens_details": {"cached_tokens": 200, "cache_write_tokens": 0},
}


def chunk(delta: dict[str, Any] | None = None, **fields: Any) -> bytes:
    """Return one event as it is on the wire."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": None}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": MODEL,
        "choices": [choice | fields.pop("choice", {})],
        "usage": None,
        **fields,
    }
    return f"data: {json.dumps(body)}\n\n".encode()


def message(pieces: Sequence[str], finish_reason: str = "stop") -> list[bytes]:
    """Return the events of a whole answer."""
    return [
        chunk({"role": "assistant", "content": "", "refusal": None}),
        *[chunk({"content": piece}) for piece in pieces],
        chunk(choice={"finish_reason": finish_reason}),
        chunk(choices=[], usage=USAGE),
        DONE,
    ]


def whole(pieces: Sequence[str], finish_reason: str = "stop") -> Reply:
    """Return a reply with a whole answer."""
    return Reply(chunks=message(pieces, finish_reason))


def error(status: int, code: str, text: str, headers: dict[str, str] | None = None) -> Reply:
    """Return an error reply."""
    return failing(status, error_body(code, text), headers)


def error_body(code: str, text: str) -> dict[str, Any]:
    """Return the body of an error."""
    return {"error": {"message": text, "type": code, "param": None, "code": code}}
