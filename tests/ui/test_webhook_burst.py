"""Many senders at once, over real sockets: every one is acknowledged and nothing is lost."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import uvicorn
from sqlalchemy import Engine, func, select

from pmflow_core import jobs
from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.events import bus
from pmflow_core.intake.models import RawEvent
from pmflow_core.integrations import service
from pmflow_core.integrations.schemas import EndpointIn, NewSecret
from pmflow_core.integrations.signatures import sign
from pmflow_core.settings import get_settings
from pmflow_ui.api.app import make_api
from tests.conftest import make_workspace
from worker.web import Server

REQUESTS, CONNECTIONS = 300, 50


@pytest.fixture
def committed(database: Engine) -> Actor:
    """A workspace whose rows other connections see."""
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    return Actor.system(make_workspace("Busy"))


@pytest.fixture
def address(committed: Actor) -> Iterator[str]:
    """The API on a port of its own."""
    del committed
    web = Server(uvicorn.Config(make_api(), port=0, log_level="error"))
    thread = threading.Thread(target=web.run)
    thread.start()
    while not web.started:
        time.sleep(0.02)
    yield f"127.0.0.1:{web.servers[0].sockets[0].getsockname()[1]}"
    web.should_exit = True
    thread.join()


def send(address: str, made: NewSecret, numbers: range) -> list[int]:
    """Send some deliveries over one connection and return how each was answered."""
    connection = HTTPConnection(address, timeout=120)
    answers: list[int] = []
    for number in numbers:
        body = b'{"text": "Export fails"}'
        now, named = int(utcnow().timestamp()), f"d-{number}"
        headers = {
            "webhook-id": named,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(made.secret or "", named, now, body),
        }
        connection.request("POST", urlsplit(made.endpoint.path).path, body, headers)
        answer = connection.getresponse()
        answer.read()
        answers.append(answer.status)
    connection.close()
    return answers


def test_a_burst_over_many_connections_is_acknowledged_and_kept_whole(
    committed: Actor, address: str
) -> None:
    with transaction(committed.workspace_id) as session:
        keys = get_settings().secrets()
        made = service.create_endpoint(session, committed, EndpointIn(), keys)
    each = REQUESTS // CONNECTIONS
    shares = [range(first, first + each) for first in range(0, REQUESTS, each)]
    with ThreadPoolExecutor(CONNECTIONS) as senders:
        answers = list(senders.map(lambda share: send(address, made, share), shares))
    assert [status for some in answers for status in some] == [202] * REQUESTS
    with transaction(committed.workspace_id) as session:
        assert session.scalar(select(func.count()).select_from(RawEvent)) == REQUESTS
