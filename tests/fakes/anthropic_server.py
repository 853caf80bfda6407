"""Answers of the Messages API on the wire, for `vendor_server`.

Shapes: https://platform.claude.com/docs/en/build-with-claude/streaming.
"""

import json
from collections.abc import Sequence
from typing import Any

from tests.fakes.composer import Compose, read_prompt
from tests.fakes.vendor_server import Received, Reply, VendorServer, failing

MODEL = "claude-sonnet-5-5"


def event(name: str, **fields: Any) -> bytes:
    """Return one event as it is on the wire."""
    return f"event: {name}\ndata: {json.dumps({'type': name, **fields})}\n\n".encode()


def message(pieces: Sequence[str], stop_reason: str = "end_turn") -> list[bytes]:
    """Return the events of a whole message: a thought, then text in pieces."""
    usage = {"input_tokens": 1200, "output_tokens": 1, "cache_read_input_tokens": 0}
    return [
        event(
            "message_start",
            message={
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": MODEL,
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "usage": usage,
            },
        ),
        event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""}),
        event("ping"),
        _delta(0, {"type": "thinking_delta", "thinking": "the signals say"}),
        _delta(0, {"type": "signature_delta", "signature": "EqQB"}),
        event("content_block_stop", index=0),
        event("content_block_start", index=1, content_block={"type": "text", "text": ""}),
        *[_delta(1, {"type": "text_delta", "text": piece}) for piece in pieces],
        event("content_block_stop", index=1),
        event(
            "message_delta",
            delta={"stop_reason": stop_reason, "stop_sequence": None},
            usage={"output_tokens": 340},
        ),
        event("message_stop"),
    ]


class AnthropicServer(VendorServer):
    """Answers every message with what `answer` makes of its prompt."""

    def __init__(self, answer: Compose, *, pause_s: float = 0.0) -> None:
        def think(received: Received) -> Reply:
            request = read_prompt(received.body["system"], received.body["messages"][0]["content"])
            return Reply(chunks=message(_pieces(answer(request))), pause_s=pause_s)

        super().__init__((), think)


def calling(
    calls: Sequence[tuple[str, str, str]], stop_reason: str = "tool_use", text: str = ""
) -> list[bytes]:
    """Return the events of a message that calls tools: each an id, a name and JSON arguments."""
    events = message([text] if text else [], stop_reason)
    ending = events[-3:]
    blocks: list[bytes] = []
    for index, (id_, name, arguments) in enumerate(calls, start=2):
        block = {"type": "tool_use", "id": id_, "name": name, "input": {}}
        blocks.append(event("content_block_start", index=index, content_block=block))
        for at in range(0, len(arguments), 7):
            part = {"type": "input_json_delta", "partial_json": arguments[at : at + 7]}
            blocks.append(_delta(index, part))
        blocks.append(event("content_block_stop", index=index))
    return [*events[:-3], ending[0], *blocks, *ending[1:]]


def whole(pieces: Sequence[str], stop_reason: str = "end_turn") -> Reply:
    """Return a reply with a whole message."""
    return Reply(chunks=message(pieces, stop_reason))


def error(status: int, kind: str, text: str, headers: dict[str, str] | None = None) -> Reply:
    """Return an error reply."""
    return failing(status, error_body(kind, text), headers)


def error_body(kind: str, text: str, error_code: str | None = None) -> dict[str, Any]:
    """Return the body of an error."""
    details = {"error_code": error_code} if error_code else None
    return {
        "type": "error",
        "error": {"type": kind, "message": text, "details": details},
        "request_id": "req_1",
    }


def _pieces(text: str, size: int = 400) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def _delta(index: int, delta: dict[str, str]) -> bytes:
    return event("content_block_delta", index=index, delta=delta)
