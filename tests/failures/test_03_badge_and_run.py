"""What a card shows is read from the run's row, after each change of it and in the middle of it."""

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import reads
from pmflow_core.board.schemas import CardRead, Mood
from pmflow_core.db.transaction import transaction
from pmflow_core.recipes.spec import Level
from pmflow_core.runs import repository, service
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import StageRun, WorkerHeartbeat
from pmflow_core.runs.status import RunStatus
from tests.core.board.histories import World
from tests.core.runs import lifecycle
from tests.core.runs.staging import Desk, MakeEngine


def shown(actor: Actor) -> CardRead:
    with transaction(actor.workspace_id) as session:
        (card,) = reads.read_board(session, actor).cards
        return card


def pair(desk: Desk, run: StageRun) -> tuple[RunStatus, Mood]:
    """Return the run's status and its card's badge."""
    return lifecycle.row(desk, run).status, shown(desk.actor).mood


def let_a_worker_live() -> None:
    with transaction(None) as session:
        repository.beat(session, WorkerHeartbeat(name="w1", role="worker", host="h", pid=1))


def test_the_badge_follows_the_run_from_the_queue_to_its_end(
    desk: Desk, extensions: Extensions, make_engine: MakeEngine
) -> None:
    """Failure 3: The card's badge disagreed with the run."""
    let_a_worker_live()
    notebook = lifecycle.add_steps(extensions)
    steps = (lifecycle.step("first"), lifecycle.step("second"))
    lifecycle.publish(desk.actor.workspace_id, extensions, *steps)
    run = lifecycle.start(desk)
    seen = [pair(desk, run)]
    progress: list[float | None] = []

    def look(*_: object) -> None:
        seen.append(pair(desk, run))
        progress.append(shown(desk.actor).progress)

    notebook.before = look
    make_engine().execute(run.id, "w1")
    seen.append(pair(desk, run))

    assert seen == [
        (RunStatus.QUEUED, Mood.QUEUED),
        (RunStatus.RUNNING, Mood.RUNNING),
        (RunStatus.RUNNING, Mood.RUNNING),
        (RunStatus.COMPLETED, Mood.WAITING),
    ]
    assert progress == [0.0, 0.5]
    assert shown(desk.actor).run_id == run.id


def test_a_run_that_failed_was_retried_or_asks_has_that_badge(world: World) -> None:
    """Failure 3: The card's badge disagreed with the run."""
    let_a_worker_live()
    world.publish(Level.HUMAN_APPROVAL, None)
    world.create()
    badges: list[tuple[RunStatus, Mood]] = []

    def note() -> None:
        with transaction(world.workspace_id) as session:
            run = repository.latest_runs(session, [world.project_id])[world.project_id]
        badges.append((run.status, shown(world.admin).mood))

    for event in (("start", ""), ("work", "fail"), ("retry", ""), ("work", "ask_or_else")):
        world.happen(event)
        note()
    world.happen(("answer", "yes"))
    note()

    assert badges == [
        (RunStatus.QUEUED, Mood.QUEUED),
        (RunStatus.FAILED, Mood.FAILED),
        (RunStatus.QUEUED, Mood.QUEUED),
        (RunStatus.WAITING, Mood.WAITING),
        (RunStatus.QUEUED, Mood.QUEUED),
    ]


def test_a_retried_run_shows_the_new_run_and_not_the_one_that_failed(world: World) -> None:
    """Failure 3: The card's badge disagreed with the run."""
    let_a_worker_live()
    world.publish(Level.HUMAN_APPROVAL, None)
    world.create()
    world.happen(("start", ""))
    world.work("fail")

    with transaction(world.workspace_id) as session:
        failed = repository.list_runs(session, project_id=world.project_id, limit=1)[0]
        again = service.retry(session, world.admin, failed.id)

    assert (shown(world.admin).run_id, shown(world.admin).mood) == (again.id, Mood.QUEUED)


def test_a_card_whose_run_was_cancelled_says_so_and_nothing_of_work(world: World) -> None:
    """Failure 3: The card's badge disagreed with the run."""
    let_a_worker_live()
    world.publish(Level.HUMAN_APPROVAL, None)
    world.create()
    world.happen(("start", ""))

    world.happen(("cancel", ""))

    card = shown(world.admin)
    assert "cancelled" in card.reason.lower()
    assert card.mood not in (Mood.QUEUED, Mood.RUNNING, Mood.WAITING, Mood.DONE)
    assert card.progress is None
