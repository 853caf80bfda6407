"""Hostile texts into every door that takes text: a clear refusal or harmless, never a 500."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import PmflowError
from pmflow_ui.access import Access, acting_as
from pmflow_ui.viewer import Viewer
from tests.walls import events, rest
from tests.walls.bodies import example, model_of, value
from tests.walls.world import World

HOSTILE = {
    "nul": "a\x00b",
    "lone surrogate": "a\ud800b",
    "bidi": "\u202etxt.exe\u2066\u2069",
    "zero width": "\u200b\u200d\ufeff",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{7*7}}${7*7}%s%n",
    "quotes": "'; drop table signals; --",
    "formula": '=HYPERLINK("https://evil.example")',
    "path": "../../etc/passwd\\..\\..",
    "line breaks": "a\r\nset-cookie: x=y\r\n\r\nb",
    "long": "é" * 30_000,
    "emoji": "👩‍👩‍👧" * 50,
    "empty": "",
    "blank": " \t\u00a0",
}
CALLS = rest.calls()
WITH_BODY = [call for call in CALLS if model_of(call.route) is not None]
HANDLERS = [handled for handled in events.handlers() if handled.permission is not Access.OPERATOR]
PATIENT = ("state.sign", "load_sample")


def named(each: rest.Call | events.Handled) -> str:
    return each.name


def saying(text: str) -> Callable[[str], str]:
    return lambda _name: text


@pytest.mark.parametrize("call", WITH_BODY, ids=named)
def test_a_body_of_hostile_texts_is_no_accident(world: World, call: rest.Call) -> None:
    model = model_of(call.route)
    assert model is not None
    at, admin = rest.address(call, world), world.callers["admin"]
    for name, text in HOSTILE.items():
        body = json.dumps(example(model, world.ours, saying(text), whole=True))
        headers = {**admin.headers, "content-type": "application/json"}
        with world.undone():
            answer = world.client.request(call.method, at, content=body, headers=headers)
        assert answer.status_code < 500, f"{name}: {answer.text[:200]}"


SHAPES = {
    "no json": b"\x00\xff{",
    "an array": b"[]",
    "a number": b"1e999",
    "nested": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "nested lists": b'{"a":' + b"[" * 50_000,
    "a long number": b'{"a":' + b"9" * 6_000 + b"}",
    "not a number": b'{"a": NaN}',
    "a key of NUL": b'{"\\u0000": 1}',
    "a megabyte": b'{"a":"' + b"x" * 1_100_000 + b'"}',
}


@pytest.mark.parametrize("call", WITH_BODY, ids=named)
def test_a_body_of_a_hostile_shape_is_refused_clearly(world: World, call: rest.Call) -> None:
    at, admin = rest.address(call, world), world.callers["admin"]
    for name, body in SHAPES.items():
        with world.undone():
            answer = world.client.request(call.method, at, content=body, headers=admin.headers)
        assert answer.status_code < 500, f"{name}: {answer.text[:200]}"
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"


IN_ADDRESSES = [
    "%00",
    "%ED%A0%80",
    "%FF",
    "..%2f..",
    "a" * 5_000,
    "'",
    "9" * 400,
    "-1",
    "%E2%80%AE",
]


@pytest.mark.parametrize("call", [c for c in CALLS if c.parameters], ids=named)
def test_an_address_of_hostile_parts_is_no_accident(world: World, call: rest.Call) -> None:
    admin = world.callers["admin"]
    for part in IN_ADDRESSES:
        for hostile in call.parameters:
            at = rest.address(call, world, stood={hostile: part})
            with world.undone():
                answer = world.client.request(call.method, at, headers=admin.headers)
            assert answer.status_code < 500, f"{at[:200]}: {answer.text[:200]}"


@pytest.mark.parametrize("call", [c for c in CALLS if c.route.dependant.query_params], ids=named)
def test_a_query_of_hostile_texts_is_no_accident(world: World, call: rest.Call) -> None:
    admin, at = world.callers["admin"], rest.address(call, world)
    mark = "&" if "?" in at else "?"
    for field in call.route.dependant.query_params:
        for part in IN_ADDRESSES:
            with world.undone():
                answer = world.client.request(
                    call.method, f"{at}{mark}{field.alias}={part}", headers=admin.headers
                )
            assert answer.status_code < 500, f"{field.alias}={part[:20]}: {answer.text[:200]}"


@pytest.mark.parametrize("handled", HANDLERS, ids=named)
def test_a_handler_given_hostile_texts_fails_in_words(
    world: World, handled: events.Handled
) -> None:
    for text in HOSTILE.values():
        with world.undone():
            _send(world, handled, saying(text))


def _send(world: World, handled: events.Handled, text: Callable[[str], str]) -> None:
    actor = Actor(world.ours.workspace_id, Role.ADMIN, world.ours.rows["memberships"]["user_id"])
    user = actor.user_id or uuid4()
    viewer = Viewer(user, "lead@example.com", "Product lead", False, actor)
    path = f"/w/{world.ours.slug}/board"

    async def sending() -> None:
        root = events.tab("", path)
        state = await root.get_state(events.state_of(handled))
        with acting_as(viewer):
            async for _reply in handled.fn(state, **_arguments(world, handled, text)):
                pass

    try:
        asyncio.run(sending())
    except PmflowError:
        return


def _arguments(world: World, handled: events.Handled, text: Callable[[str], str]) -> dict[str, Any]:
    kinds = events.parameters(handled)
    return {name: value(kind, name, world.ours, text) for name, kind in kinds.items()}
