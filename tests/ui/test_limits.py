"""Whoever sends too much or too slowly is cut off, wherever it was going."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import httpx2
import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pmflow_ui.api.browser import BrowserSafety
from pmflow_ui.api.limits import Limits
from tests.ui.served import until
from worker.slow_clients import PatientProtocol
from worker.web import Server

MOST = 1_000


class Impatient(PatientProtocol):
    """Loses its patience while a test waits."""

    head_s = 0.3


async def counting(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the length of the body."""
    if scope["type"] == "http":
        length = sum([len(part) async for part in Request(scope, receive).stream()])
        await PlainTextResponse(str(length))(scope, receive, send)


@pytest.fixture
def port() -> Iterator[int]:
    limited: ASGIApp = Limits(counting, most=MOST, idle_s=0.3, whole_s=1.0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    config = uvicorn.Config(
        BrowserSafety(limited, [], "default-src 'self'"),
        port=port,
        http=Impatient,
        log_level="error",
        lifespan="off",
    )
    server = Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield port
    server.should_exit = True
    thread.join(timeout=20)


def parts(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * 100


def test_what_fits_arrives_whole(port: int) -> None:
    url = f"http://127.0.0.1:{port}/"
    assert httpx2.post(url, content=b"x" * MOST).text == str(MOST)
    assert httpx2.post(url, content=parts(10)).text == "1000"


def test_an_announced_flood_is_refused_before_a_byte_of_it_is_read(port: int) -> None:
    with talk(port) as line:
        line.sendall(head("content-length: 99999999999"))
        answer = everything(line)
    assert b" 413 " in answer.splitlines()[0]
    assert b"request_too_large" in answer
    assert b"x-content-type-options: nosniff" in answer


def test_a_flood_that_announces_nothing_is_cut_off(port: int) -> None:
    chunk = b"64\r\n" + b"x" * 100 + b"\r\n"
    with talk(port) as line:
        line.sendall(head("transfer-encoding: chunked") + chunk * 11)
        assert b" 413 " in everything(line).splitlines()[0]


def test_a_body_that_stops_coming_is_not_waited_for(port: int) -> None:
    with talk(port) as line:
        line.sendall(head("content-length: 500") + b"x")
        answer = everything(line)
    assert b" 408 " in answer.splitlines()[0]
    assert b"request_too_slow" in answer


def test_a_body_that_trickles_has_an_end(port: int) -> None:
    with talk(port) as line:
        line.sendall(head("content-length: 500"))
        stop = threading.Event()
        thread = threading.Thread(target=trickle, args=(line, stop))
        thread.start()
        answer = everything(line)
        stop.set()
        thread.join()
    assert b" 408 " in answer.splitlines()[0]


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: "])
def test_a_connection_on_which_nothing_is_asked_is_closed(port: int, begun: bytes) -> None:
    with talk(port) as line:
        line.sendall(begun)
        assert everything(line) == b""


def test_a_second_request_must_come_to_an_end_too(port: int) -> None:
    with talk(port) as line:
        line.sendall(head("content-length: 0"))
        assert b" 200 " in line.recv(4096)
        line.sendall(b"GET / HT")
        assert everything(line) == b""


def talk(port: int) -> socket.socket:
    """Return a connection that fails instead of waiting for ever."""
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def head(header: str) -> bytes:
    """Return the beginning of a request."""
    return f"POST / HTTP/1.1\r\nhost: a\r\n{header}\r\n\r\n".encode()


def everything(line: socket.socket) -> bytes:
    """Return what comes until the other side hangs up."""
    found = b""
    try:
        while part := line.recv(4096):
            found += part
    except ConnectionResetError:
        return found
    return found


def trickle(line: socket.socket, stop: threading.Event) -> None:
    """Send a byte now and then until nobody takes it."""
    while not stop.wait(0.1):
        try:
            line.sendall(b"x")
        except OSError:
            return


def test_sockets_and_other_things_pass_the_limits() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_given: object) -> dict[str, object]:
        return {}

    asyncio.run(Limits(app)({"type": "websocket"}, nothing, nothing))  # pyright: ignore[reportArgumentType]
    assert seen == ["websocket"]
