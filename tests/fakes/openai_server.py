"""Answers of the Chat Completions API on the wire, for `vendor_server`.

Shapes: https://developers.openai.com/api/docs/api-reference/chat-streaming.
"""

import json
from collections.abc import Sequence
from typing import Any

from tests.fakes.composer import Compose, read_prompt
from tests.fakes.vendor_server import Received, Reply, VendorServer, failing

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


class OpenAIServer(VendorServer):
    """Answers every request with what `answer` makes of its prompt."""

    def __init__(self, answer: Compose) -> None:
        def think(received: Received) -> Reply:
            system, user = received.body["messages"][:2]
            text = answer(read_prompt(system["content"], user["content"]))
            return whole([text[at : at + 400] for at in range(0, len(text), 400)])

        super().__init__((), think)


def calling(
    calls: Sequence[tuple[str, str, str]], finish_reason: str = "tool_calls"
) -> list[bytes]:
    """Return the events of an answer that calls tools: each an id, a name and JSON arguments."""
    deltas: list[bytes] = []
    for index, (id_, name, arguments) in enumerate(calls):
        head = {"index": index, "id": id_, "type": "function"}
        head["function"] = {"name": name, "arguments": ""}
        deltas.append(chunk({"tool_calls": [head]}))
        for at in range(0, len(arguments), 7):
            part = {"index": index, "function": {"arguments": arguments[at : at + 7]}}
            deltas.append(chunk({"tool_calls": [part]}))
    events = message([], finish_reason)
    return [events[0], *deltas, *events[1:]]


def whole(pieces: Sequence[str], finish_reason: str = "stop") -> Reply:
    """Return a reply with a whole answer."""
    return Reply(chunks=message(pieces, finish_reason))


def error(status: int, code: str, text: str, headers: dict[str, str] | None = None) -> Reply:
    """Return an error reply."""
    return failing(status, error_body(code, text), headers)


def error_body(code: str, text: str) -> dict[str, Any]:
    """Return the body of an error."""
    return {"error": {"message": text, "type": code, "param": None, "code": code}}
