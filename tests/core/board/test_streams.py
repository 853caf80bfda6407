"""What a stream tells: everything once, wherever its reader was cut off."""

import random
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import cursors, streams
from pmflow_core.board import service as board
from pmflow_core.board.cursors import QUEUED, BadCursor, Cursor, Seen
from pmflow_core.board.streams import EventKind, StreamEvent
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound
from pmflow_core.runs import progress, repository, service
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.status import OPEN, LogLevel, RunStatus
from tests.core.runs.staging import (
    Desk,
    answers,
    desk,
    extensions,
    make_engine,
    workspace_id,
)

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id"]
LEASE = timedelta(hours=1)


class Shop:
    """A workspace in which runs do what a test says, without a worker."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.written: Counter[str] = Counter()

    def start(self, name: str = "Bring search back") -> UUID:
        """Queue a run of a new project."""
        with transaction(self.actor.workspace_id) as session:
            project = board.create_project(session, self.actor, name)
            system = Actor.system(self.actor.workspace_id)
            board.move(session, system, project.id, "discovery", "for a test")
            return board.start_run(session, self.actor, project.id).id

    def read(self, run_id: UUID) -> StageRun:
        with transaction(self.actor.workspace_id) as session:
            return repository.get_run(session, run_id)

    def write(self, run_id: UUID, lines: int = 1, padding: str = "") -> None:
        """Have the run write lines, claiming it first."""
        with transaction(self.actor.workspace_id) as session:
            run = repository.get_run(session, run_id)
            if run.status is RunStatus.QUEUED:
                claimed = repository.claim(session, run_id, worker="w", lease=LEASE, at_once=99)
                assert claimed is not None
                run = claimed
            written = self.written[str(run_id)]
            said = [(LogLevel.INFO, f"line {written + n}{padding}") for n in range(lines)]
            progress.write_log(session, Holder(run.id, run.fence), run, None, said)
            self.written[str(run_id)] += lines

    def begin_step(self, run_id: UUID) -> None:
        """Have a claimed run begin its first step."""
        with transaction(self.actor.workspace_id) as session:
            run = repository.get_run(session, run_id)
            step = repository.steps_of(session, run_id)[0]
            repository.begin_step(session, Holder(run.id, run.fence), step)

    def end(self, run_id: UUID) -> None:
        with transaction(self.actor.workspace_id) as session:
            service.cancel(session, self.actor, run_id)


class Reader:
    """Reads a stream as a browser does: from the id of the last event it got."""

    def __init__(self, actor: Actor, run_id: UUID | None = None) -> None:
        self.actor = actor
        self.run_id = run_id
        self.got: list[StreamEvent] = []
        with transaction(actor.workspace_id) as session:
            self.cursor = streams.begin(session, actor, run_id).encode()

    def look(self, cut: int | None = None) -> bool:
        """Read once and lose what comes after `cut` events; True when there is more."""
        with transaction(self.actor.workspace_id) as session:
            news = streams.read(session, self.actor, cursors.parse(self.cursor), self.run_id)
        events = news.events[:cut]
        self.got += events
        whole = len(events) == len(news.events)
        if whole:
            self.cursor = news.cursor.encode()
        elif events:
            self.cursor = events[-1].cursor.encode()
        return news.more or not whole

    def finish(self) -> None:
        while self.look():
            pass

    def lines(self, run_id: UUID) -> list[object]:
        return [e.data["seq"] for e in self.of(EventKind.LOG) if e.data["run"] == str(run_id)]

    def of(self, kind: EventKind) -> list[StreamEvent]:
        return [event for event in self.got if event.kind is kind]


@pytest.fixture
def shop(desk: Desk) -> Shop:
    return Shop(desk.actor)


@pytest.mark.parametrize("seed", range(5))
def test_a_run_is_told_once_and_whole_however_often_its_reader_is_cut_off(
    shop: Shop, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 a fixed seed, not a secret
    run_id = shop.start()
    reader = Reader(shop.actor, run_id)
    for _ in range(20):
        shop.write(run_id, 10)
        reader.look(cut=chance.randrange(15))
    shop.begin_step(run_id)
    shop.end(run_id)
    while reader.look(cut=chance.randrange(1, 60)):
        pass
    assert reader.lines(run_id) == list(range(1, 202))
    assert [event.data["status"] for event in reader.of(EventKind.STEP)] == ["running"]
    assert reader.got[-1].kind is EventKind.COMPLETE
    assert reader.got[-1].data["status"] == "cancelled"
    assert len(reader.of(EventKind.COMPLETE)) == 1
    shown = [str(event.data) for event in reader.of(EventKind.PROGRESS)]
    assert all(one != other for one, other in pairwise(shown))
    count = len(reader.got)
    assert not reader.look()
    assert len(reader.got) == count


@pytest.mark.parametrize("seed", range(5))
def test_a_workspace_is_told_once_and_whole_whatever_its_runs_do(shop: Shop, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    before = shop.start("Before")
    shop.write(before, 3)
    reader = Reader(shop.actor)
    going = [before]
    known = [before]
    for _ in range(60):
        match chance.choice(["start", "write", "write", "write", "end", "look", "look"]):
            case "start" if len(going) < 6:
                going.append(shop.start())
                known.append(going[-1])
            case "write" if going:
                shop.write(chance.choice(going), chance.randrange(1, 90))
            case "end" if going:
                shop.end(going.pop(chance.randrange(len(going))))
            case _:
                reader.look(cut=chance.randrange(40))
    for run_id in going:
        shop.end(run_id)
    reader.finish()
    for run_id in known:
        first = 4 if run_id == before else 1
        assert reader.lines(run_id) == list(range(first, shop.read(run_id).last_seq + 1))
    ended = Counter(event.data["run"] for event in reader.of(EventKind.COMPLETE))
    assert ended == Counter(str(run_id) for run_id in known)
    assert cursors.parse(reader.cursor).runs == {}


def test_a_new_reader_of_a_workspace_hears_where_its_runs_are(shop: Shop) -> None:
    run_id = shop.start()
    shop.write(run_id, 3)
    shop.begin_step(run_id)
    waiting = shop.start("Next")
    reader = Reader(shop.actor)
    reader.finish()
    assert [(event.kind, event.data["run"]) for event in reader.got] == [
        (EventKind.PROGRESS, str(run_id)),
        (EventKind.PROGRESS, str(waiting)),
    ]
    assert reader.got[0].data["steps"] == {"completed": 0, "total": 1}


def test_runs_that_only_wait_take_little_room_in_an_id(shop: Shop) -> None:
    going = [shop.start(f"Project {number}") for number in range(30)]
    reader = Reader(shop.actor)
    reader.finish()
    assert reader.cursor == "30_1-30"
    shop.write(going[7])
    reader.finish()
    assert reader.cursor.startswith("30_1-7,8.1.")
    assert reader.cursor.endswith(",9-30")


def test_what_is_being_written_is_told_when_it_changed(shop: Shop) -> None:
    run_id = shop.start()
    shop.write(run_id)
    shop.begin_step(run_id)
    reader = Reader(shop.actor, run_id)
    reader.finish()
    run = shop.read(run_id)
    for text in ("Search", "Search vanishes", "Search vanishes"):
        with transaction(shop.actor.workspace_id) as session:
            progress.show_live(session, Holder(run.id, run.fence), run, "research", text)
        reader.finish()
    told = [event.data["text"] for event in reader.of(EventKind.PROGRESS)]
    assert told == ["", "Search", "Search vanishes"]


def test_another_workspace_s_run_is_not_there(shop: Shop) -> None:
    run_id = shop.start()
    stranger = Actor(UUID(int=1), Role.ADMIN)
    with transaction(stranger.workspace_id) as session:
        with pytest.raises(NotFound):
            streams.begin(session, stranger, run_id)
        with pytest.raises(NotFound):
            streams.read(session, stranger, Cursor().put(1, Seen()), run_id)
        everything = streams.read(session, stranger, Cursor(), None)
    assert everything.events == ()


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(),
        Cursor(7, {3: Seen(12, ("co1", "ru2", "pe0"), "0123abcd"), 7: QUEUED}),
        Cursor(9, {1: QUEUED, 2: QUEUED, 3: Seen(1), 5: QUEUED, 9: Seen(4, (), "q", ended=True)}),
    ],
)
def test_a_cursor_survives_its_text(cursor: Cursor) -> None:
    assert cursors.parse(cursor.encode()) == cursor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "_",
        "x_",
        "-1_",
        "7_8",
        "7_3.1",
        "7_3.1..zzzzzzzz",
        "7_3.1.co.q",
        "999999999_1-999999999",
        "9_5-3",
        "9_1,,x",
        "٣_",
        "1_" + "1," * 20_000,
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        cursors.parse(text)


def test_a_cursor_of_another_stream_is_refused(shop: Shop) -> None:
    first, second = shop.start(), shop.start("Next")
    with transaction(shop.actor.workspace_id) as session:
        cursor = streams.begin(session, shop.actor, first)
        with pytest.raises(BadCursor):
            streams.read(session, shop.actor, cursor, second)
    assert shop.read(first).status in OPEN
