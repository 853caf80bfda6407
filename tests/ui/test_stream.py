"""The stream of runs over a real server and socket: cut off, forgotten, slow, refused, stopped."""

import asyncio
import random
import socket
import threading
from collections.abc import AsyncGenerator, Callable
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import Engine, delete, update
from sqlmodel import col, select
from starlette.types import Message

from pmflow_core.accounts import api_keys
from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import ApiKey, UserSession
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, make_engine, transaction
from pmflow_core.events import topics
from pmflow_core.workspaces import service as workspaces
from pmflow_core.workspaces.models import Membership
from pmflow_ui.api.sse import EventStream, Pace, Seats, frame
from tests.core.board.test_streams import Shop
from tests.core.runs.staging import answers, extensions
from tests.ui.api_world import Headers, committed, signed_in, with_key
from tests.ui.conftest import run
from tests.ui.served import PATIENCE_S, Ear, Serve, Told, serve, until

__all__ = ["answers", "committed", "extensions", "serve"]
# Looks so rarely that whatever arrives in time was nudged.
NUDGED = Pace(refresh_s=120, heartbeat_s=120, pause_s=0.01)
# Nobody nudges: what arrives was found by looking.
UNTOLD = Pace(refresh_s=0.05, heartbeat_s=120, pause_s=0.01)


@pytest.fixture
def shop(committed: Actor) -> Shop:
    return Shop(committed)


def viewer_of(shop: Shop) -> Headers:
    return signed_in(shop.actor.workspace_id, Role.VIEWER)


@pytest.mark.parametrize("seed", range(3))
def test_cut_off_at_any_place_a_reader_misses_nothing_and_hears_nothing_twice(
    shop: Shop, serve: Serve, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 a fixed seed, not a secret
    run_id = shop.start()
    ear = Ear(serve(UNTOLD), viewer_of(shop), {"run": str(run_id)})

    def work() -> None:
        for _ in range(20):
            shop.write(run_id, 10)
        shop.end(run_id)

    writing = threading.Thread(target=work)
    writing.start()
    while not ear.heard or ear.heard[-1].name != "complete":
        left = chance.randrange(1, 30)
        end = len(ear.heard) + left
        assert ear.listen(lambda _told, end=end: len(ear.heard) >= end) == 200
    writing.join()
    assert ear.lines() == list(range(1, 202))
    assert [told.name for told in ear.heard].count("complete") == 1
    assert ear.listen() == 204


def test_a_nudge_is_passed_on_at_once(shop: Shop, serve: Serve) -> None:
    run_id = shop.start()
    served = serve(NUDGED)
    ear = Ear(served, viewer_of(shop), {"run": str(run_id)})

    def answer(told: Told) -> bool:
        if told.name == "progress" and not ear.lines():
            shop.write(run_id)
            served.nudge(topics.run(run_id))
        return told.name == "log"

    assert ear.listen(answer) == 200
    assert ear.lines() == [1]


def test_lost_nudges_cost_a_moment_and_no_line(shop: Shop, serve: Serve) -> None:
    run_id = shop.start()
    ear = Ear(serve(UNTOLD), viewer_of(shop), {"run": str(run_id)})

    def answer(told: Told) -> bool:
        if told.name == "progress" and not ear.lines():
            shop.write(run_id, 3)
        return len(ear.lines()) == 3

    assert ear.listen(answer) == 200
    assert ear.lines() == [1, 2, 3]


def test_a_workspace_s_stream_tells_of_runs_that_begin_later(shop: Shop, serve: Serve) -> None:
    first = shop.start()
    shop.write(first, 5)
    query = {"workspace": f"once-{shop.actor.workspace_id.hex[:8]}"}
    ear = Ear(serve(UNTOLD), viewer_of(shop), query)
    begun: list[UUID] = []

    def answer(told: Told) -> bool:
        if not begun:
            begun.append(shop.start("Next"))
            shop.write(begun[0], 2)
            shop.write(first)
            shop.end(begun[0])
        return told.name == "complete"

    assert ear.listen(answer) == 200
    heard = [(told.data["run"], told.data["seq"]) for told in ear.heard if told.name == "log"]
    assert sorted(heard) == sorted([(str(first), 6), *((str(begun[0]), n) for n in (1, 2, 3))])


def test_a_silent_stream_shows_that_it_lives(shop: Shop, serve: Serve) -> None:
    run_id = shop.start()
    pace = Pace(heartbeat_s=0.05, refresh_s=120, pause_s=0.01)
    served = serve(pace)
    with (
        httpx2.Client(timeout=PATIENCE_S) as client,
        client.stream(
            "GET", served.url, params={"run": str(run_id)}, headers=viewer_of(shop)
        ) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-accel-buffering"] == "no"
        assert "no-cache" in response.headers["cache-control"]
        lines = response.iter_lines()
        assert next(lines) == "retry: 2000"
        assert sum(1 for _, line in zip(range(40), lines, strict=False) if line[:1] == ":") >= 10


def leave(shop: Shop) -> None:
    with transaction(shop.actor.workspace_id) as session:
        session.execute(delete(Membership).where(col(Membership.role) == Role.VIEWER))


def sign_out(shop: Shop) -> None:
    del shop
    with transaction(None) as session:
        session.execute(update(UserSession).values(revoked_at=utcnow()))


def revoke(shop: Shop) -> None:
    with transaction(shop.actor.workspace_id) as session:
        session.execute(update(ApiKey).values(revoked_at=utcnow()))


@pytest.mark.parametrize(
    ("lose", "shown", "reason"),
    [
        (leave, signed_in, "not_found"),
        (sign_out, signed_in, "unauthenticated"),
        (revoke, with_key, "unauthenticated"),
    ],
)
@pytest.mark.parametrize("pace", [UNTOLD, NUDGED])
def test_who_loses_the_right_to_read_hears_nothing_more(
    shop: Shop,
    serve: Serve,
    lose: Callable[[Shop], None],
    shown: Callable[[UUID, Role], Headers],
    reason: str,
    pace: Pace,
) -> None:
    run_id = shop.start()
    served = serve(pace)
    headers = shown(shop.actor.workspace_id, Role.VIEWER)
    ear = Ear(served, headers, {"run": str(run_id)})

    def answer(told: Told) -> bool:
        if told.name == "progress":
            lose(shop)
            shop.write(run_id)
            served.nudge(topics.run(run_id))
        return False

    assert ear.listen(answer) == 200
    assert ear.lines() == []
    assert (ear.heard[-1].name, ear.heard[-1].data["reason"]) == ("closed", reason)
    assert ear.heard[-1].data["reconnect"] is False
    assert ear.listen() in {401, 404}
    until(lambda: served.readers == 0)


def test_a_stream_ends_when_its_session_does_and_not_at_its_next_look(
    shop: Shop, serve: Serve
) -> None:
    run_id = shop.start()
    served = serve(NUDGED)
    ear = Ear(served, viewer_of(shop), {"run": str(run_id)})
    token = ear.headers["cookie"].partition("=")[2]

    def answer(told: Told) -> bool:
        if told.name == "progress":
            with transaction(None) as session:
                accounts.sign_out(session, token)
                (topic,) = session.info["nudges"]
            served.nudge(topic)
        return False

    assert ear.listen(answer) == 200
    assert ear.heard[-1].data["reason"] == "unauthenticated"
    until(lambda: served.readers == 0)


def put_out(shop: Shop) -> set[str]:
    """Remove the viewer as an admin does, and return what is nudged."""
    workspace_id = shop.actor.workspace_id
    with transaction(workspace_id) as session:
        viewer = session.scalars(select(Membership).where(col(Membership.role) == Role.VIEWER))
        workspaces.remove_member(session, Actor.system(workspace_id), viewer.one().user_id)
        return set(session.info["nudges"])


def end_key(shop: Shop) -> set[str]:
    """Revoke the key as an admin does, and return what is nudged."""
    workspace_id = shop.actor.workspace_id
    with transaction(workspace_id) as session:
        key = session.scalars(select(ApiKey)).one()
        api_keys.revoke_api_key(session, Actor.system(workspace_id), key.id)
        return set(session.info["nudges"])


@pytest.mark.parametrize(
    ("end", "shown", "reason"),
    [(put_out, signed_in, "not_found"), (end_key, with_key, "unauthenticated")],
)
def test_a_stream_ends_with_its_membership_or_key_and_not_at_its_next_look(
    shop: Shop,
    serve: Serve,
    end: Callable[[Shop], set[str]],
    shown: Callable[[UUID, Role], Headers],
    reason: str,
) -> None:
    run_id = shop.start()
    served = serve(NUDGED)
    ear = Ear(served, shown(shop.actor.workspace_id, Role.VIEWER), {"run": str(run_id)})

    def answer(told: Told) -> bool:
        if told.name == "progress":
            for topic in end(shop):
                served.nudge(topic)
        return False

    assert ear.listen(answer) == 200
    assert ear.heard[-1].data["reason"] == reason
    until(lambda: served.readers == 0)


def test_one_caller_has_so_many_streams_and_no_more(shop: Shop, serve: Serve) -> None:
    run_id = shop.start()
    served = serve(Pace(refresh_s=0.05, pause_s=0.01, per_caller=2))
    headers, other = viewer_of(shop), viewer_of(shop)
    query = {"run": str(run_id)}
    with httpx2.Client(timeout=PATIENCE_S) as client:
        for _ in range(2):
            kept = client.build_request("GET", served.url, params=query, headers=headers)
            assert client.send(kept, stream=True).status_code == 200
        refused = client.get(served.url, params=query, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
        assert int(refused.headers["retry-after"]) > 0
        theirs = client.build_request("GET", served.url, params=query, headers=other)
        assert client.send(theirs, stream=True).status_code == 200
    until(lambda: served.readers == 0)
    assert Ear(served, headers, query).listen(lambda _told: True) == 200


def test_a_stream_does_not_hold_up_the_end_of_the_process(shop: Shop, serve: Serve) -> None:
    run_id = shop.start()
    served = serve(NUDGED)
    ear = Ear(served, viewer_of(shop), {"run": str(run_id)})
    listening = threading.Thread(target=ear.listen)
    listening.start()
    until(lambda: bool(ear.heard))
    assert served.stop() < 2
    listening.join(timeout=PATIENCE_S)
    assert ear.heard[-1].data == {"reason": "shutdown", "reconnect": True}


def test_a_database_that_goes_away_costs_a_reader_nothing(
    shop: Shop, serve: Serve, database: Engine
) -> None:
    run_id = shop.start()
    shop.write(run_id, 3)
    served = serve(UNTOLD)
    ear = Ear(served, viewer_of(shop), {"run": str(run_id)})
    nowhere = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")

    def take_away(told: Told) -> bool:
        if told.name == "progress":
            configure(nowhere)
        return False

    try:
        assert ear.listen(take_away) == 200
    finally:
        configure(database)
        nowhere.dispose()
    assert ear.heard[-1].data == {"reason": "unavailable", "reconnect": True}
    shop.write(run_id, 2)
    shop.end(run_id)
    assert ear.listen() == 200
    assert ear.lines() == list(range(1, 7))


@pytest.mark.parametrize("last", ["nonsense", "5_5", "1_"])
def test_an_id_that_was_never_given_is_refused(shop: Shop, serve: Serve, last: str) -> None:
    run_id = shop.start()
    ear = Ear(serve(UNTOLD), viewer_of(shop), {"run": str(run_id)}, last)
    assert ear.listen() == 422


def test_a_reader_that_takes_nothing_is_let_go_and_comes_back_without_loss(
    shop: Shop, serve: Serve
) -> None:
    run_id = shop.start()
    # More than the buffers of both sockets take.
    shop.write(run_id, 2_000, "a" * 4_000)
    shop.end(run_id)
    served = serve(Pace(refresh_s=0.05, pause_s=0.01, patience_s=0.2))
    headers = viewer_of(shop)
    asked = f"GET /api/jobs/stream?run={run_id} HTTP/1.1"
    sent = "\r\n".join([asked, "Host: x", f"Cookie: {headers['cookie']}", "", ""])
    with socket.socket() as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(("127.0.0.1", served.port))
        stuck.sendall(sent.encode())
        until(lambda: served.readers == 1)
        until(lambda: served.readers == 0)
    ear = Ear(served, headers, {"run": str(run_id)})
    assert ear.listen() == 200
    assert ear.lines() == list(range(1, 2_002))


def test_one_frame_is_held_for_a_reader_that_takes_nothing() -> None:
    made: list[int] = []
    taken: list[bytes] = []

    async def endless() -> AsyncGenerator[bytes]:
        while True:
            made.append(len(made))
            yield frame("log", "{}", str(made[-1]))

    async def story() -> None:
        seats = Seats()
        pace = Pace(patience_s=0.05)
        seats.take("somebody", pace)

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError("nobody leaves")

        async def send(message: Message) -> None:
            # Takes three frames, then nothing until the server loses its patience.
            if message["type"] == "http.response.body" and len(taken) == 3 and message["more_body"]:
                await asyncio.Event().wait()
            if message["type"] == "http.response.body":
                taken.append(message["body"])

        await EventStream(endless(), seats, "somebody", pace)({}, receive, send)
        assert seats.taken.total() == 0

    run(story)
    assert len(made) == 4
    assert taken[-1] == b'event: closed\ndata: {"reason": "slow", "reconnect": true}\n\n'
