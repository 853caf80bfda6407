"""The walls of a running product, from outside: raw sockets and requests of who has no account."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx2
import pytest
import redis
import reflex as rx
from reflex_base.registry import RegistrationContext

from pmflow_ui import routes
from pmflow_ui.access import Access
from pmflow_ui.guard import NoticeState
from pmflow_ui.state.session import SessionState
from pmflow_ui.wall import FRAMEWORK_REFUSED
from tests.walls import events, rest
from tests.walls.bodies import example, model_of, plain, value
from tests.walls.line import PATIENCE_S, Line, handshake, line
from tests.walls.live import Live, live
from tests.walls.things import Side
from tests.walls.world import HOME

pytestmark = pytest.mark.processes
HANDLERS = events.handlers()
NOTE = f"{NoticeState.get_full_name()}.note"
TAKE_BACK = f"{NoticeState.get_full_name()}.take_back"
ENTER = f"{SessionState.get_full_name()}.enter_workspace"
FILE = {"file": ("feedback.csv", b"text\nThe search bar is gone")}
MARKS = ("markours", "marktheirs")
FOREIGN = (
    "https://evil.example",
    "http://evil.example:8000",
    "http://localhost",
    "https://localhost:8000",
    "http://localhost:8000.evil.example",
    "http://evil.example/http://localhost:8000",
    "null",
    "*",
)


@pytest.fixture(scope="module")
def product(
    make_server_folder: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    log = tmp_path_factory.mktemp("live") / "web.log"
    with live(make_server_folder(), log) as running:
        yield running


def arguments(handled: events.Handled, side: Side) -> Mapping[str, Any]:
    """Return what a page could send with an event, with ids of what is really there."""
    kinds = events.parameters(handled).items()
    return {name: value(kind, name, side, plain) for name, kind in kinds}


def setters() -> list[str]:
    """Return the names under which the framework, or one more careless than ours, sets vars."""
    assert routes.ROUTES
    return [
        f"{name}.{method}"
        for name, state in RegistrationContext.get().base_states.items()
        for method in (*FRAMEWORK_REFUSED, "reset", *(f"set_{var}" for var in state.base_vars))
    ]


def settle(opened: Line, word: str) -> None:
    """Return when all that was sent before, and is not done beside it, is through."""
    opened.send(NOTE, {"kind": "said", "text": word})
    opened.read_until(word)


def refused(product: Live) -> Counter[str]:
    """Return how often the wall has refused each handler by now."""
    return Counter(str(each["handler"]) for each in product.logged("event.refused"))


def missing(product: Live, wanted: Counter[str]) -> Counter[str]:
    """Return the refusals that did not come, after some patience for what is done beside."""
    until = time.monotonic() + PATIENCE_S
    while (left := wanted - refused(product)) and time.monotonic() < until:
        time.sleep(0.1)
    return left


def told(opened: Line) -> list[str]:
    """Return the frames in which something of a workspace stands."""
    return [frame for frame in opened.frames if any(mark in frame for mark in MARKS)]


def jobs_of(product: Live) -> list[bytes]:
    """Return the keys in Redis that are not what requests are counted by."""
    with redis.Redis.from_url(product.redis_url) as client:
        return [key for key in client.scan_iter() if not key.startswith(b"pmflow:rate:")]


def send_everything(opened: Line, side: Side) -> Counter[str]:
    """Send every event there is; return those that must have been refused."""
    path = f"/w/{side.slug}/board"
    for handled in HANDLERS:
        opened.send(handled.name, arguments(handled, side), path)
    for name in setters():
        opened.send(name, {"var_name": "user_name", "value": "taken"}, path)
    guarded = [each for each in HANDLERS if each.permission is not Access.ANYONE]
    # Other tests of this process register states of their own, which the product does not know.
    known = [
        name
        for name, each in RegistrationContext.get().event_handlers.items()
        if name.rsplit(".", 1)[-1] in FRAMEWORK_REFUSED
        and all(state.__module__.startswith(("pmflow_ui.", "reflex.")) for state in each.states)
    ]
    return Counter([*(each.name for each in guarded), *known])


def send_by_a_detour(opened: Line, side: Side) -> Counter[str]:
    """Have the tab itself send every event, as the way back of a note."""
    guarded = [each for each in HANDLERS if each.permission is not Access.ANYONE]
    for each in guarded:
        more = {"undo": each.name, "arguments": dict(arguments(each, side))}
        opened.send(NOTE, {"kind": "undo", "text": "back"} | more, f"/w/{side.slug}/board")
        frame = opened.read_until('"kind":"undo"')
        opened.send(TAKE_BACK, {"number": _number(frame)}, f"/w/{side.slug}/board")
    return Counter(each.name for each in guarded)


def _number(frame: str) -> int:
    return int(frame.rpartition('"id":')[2].partition(",")[0])


def test_an_anonymous_socket_that_sends_every_event_changes_nothing_and_learns_nothing(
    product: Live,
) -> None:
    before = product.prints()
    with line(product.port, "nobody") as opened:
        wanted = send_everything(opened, product.ours)
        settle(opened, "first")
        wanted += send_everything(opened, product.theirs)
        settle(opened, "second")
        wanted += send_by_a_detour(opened, product.ours)
        settle(opened, "third")
        left = missing(product, wanted)
    assert len(HANDLERS) > 150
    assert len(before) > 40
    assert product.prints() == before
    assert jobs_of(product) == []
    assert told(opened) == []
    assert "taken" not in "".join(opened.frames)
    assert left == Counter()


def test_who_opens_anothers_tab_is_told_nothing_of_it(product: Live) -> None:
    path = f"/w/{product.ours.slug}/board"
    hydrate = f"{rx.State.get_full_name()}.hydrate"
    with line(product.port, "known", cookie=product.admin["cookie"]) as theirs:
        theirs.send(ENTER, {}, path)
        theirs.read_until("markours")
        with line(product.port, "known") as beside:
            beside.send(ENTER, {}, path, token="known")
            beside.send(hydrate, {}, path, token="known")
            settle(beside, "while it is open")
    with line(product.port, "known", boot={"event": {"name": hydrate, "payload": {}}}) as after:
        after.send(ENTER, {}, path)
        after.send(hydrate, {}, path)
        settle(after, "when it is closed")
    assert told(theirs)
    assert told(beside) == []
    assert told(after) == []


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_socket_from_a_page_of_another_origin_is_refused(product: Live, origin: str) -> None:
    assert handshake(product.port, origin) == 403


def test_a_socket_from_our_own_pages_is_taken(product: Live) -> None:
    assert handshake(product.port, HOME) == 101
    assert handshake(product.port, f"http://127.0.0.1:{product.port}") == 101


UPLOADS = ("/_upload", "/_upload/", "/_upload/../_upload", "/%5Fupload", "/_upload?a=b")
GUARDED = [call for call in rest.calls() if call.permission is not Access.ANYONE]


def test_no_upload_and_no_write_of_who_has_no_account_changes_anything(product: Live) -> None:
    before = product.prints()
    faults: list[str] = []
    with httpx2.Client(base_url=f"http://127.0.0.1:{product.port}", timeout=PATIENCE_S) as client:
        for at in UPLOADS:
            shown = {"reflex-client-token": "nobody", "reflex-event-handler": HANDLERS[0].name}
            answer = client.post(at, files={"files": ("a.csv", b"text\nhello")}, headers=shown)
            faults += [f"{at}: {answer.status_code}"] if answer.status_code != 404 else []
        for call in GUARDED:
            at = rest.address(call, product)
            for body in bodies(call):
                answer = client.request(call.method, at, **body)
                faults += (
                    [f"{call.name}: {answer.status_code}"] if answer.status_code != 401 else []
                )
                faults += [f"{call.name}: {mark}" for mark in MARKS if mark in answer.text]
    assert faults == []
    assert product.prints() == before
    assert jobs_of(product) == []


def bodies(call: rest.Call) -> list[dict[str, Any]]:
    """Return the bodies to send: a fitting one, and a file."""
    model = model_of(call.route)
    fitting = {} if model is None else {"json": example(model)}
    return [fitting] if call.method in ("GET", "HEAD") else [fitting, {"files": FILE}]
