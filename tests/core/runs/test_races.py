"""Races settled by the database, with real commits from several threads."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from pmflow_core import jobs, onboarding
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.board import service as board
from pmflow_core.calls import ledger
from pmflow_core.calls.models import CallStatus, ProviderCall
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.documents import repository as documents
from pmflow_core.events import bus
from pmflow_core.projects import repository as projects
from pmflow_core.runs import questions, repository, rescue, service
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import Question, QuestionKind
from pmflow_core.runs.status import FailureClass, RunStatus, WaitingFor
from pmflow_core.themes.models import Theme

LEASE = timedelta(seconds=45)


@pytest.fixture
def workspace_id(database: Engine, extensions: Extensions) -> Iterator[UUID]:
    """A committed workspace, removed afterwards by nobody: its id is never used again."""
    del extensions
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    workspace_id = uuid4()
    with transaction(workspace_id) as session:
        user = User(email=f"{workspace_id.hex}@example.com", name="Product lead")
        session.add(user)
        session.flush()
        onboarding.create_workspace(
            session,
            workspace_id,
            name="Races",
            slug=f"races-{workspace_id.hex[:8]}",
            admin_user_id=user.id,
        )
    yield workspace_id
    with database.begin() as connection:
        connection.execute(
            text("update stage_runs set status = 'cancelled' where workspace_id = :ws"),
            {"ws": workspace_id},
        )


@pytest.fixture
def actor(workspace_id: UUID) -> Actor:
    """An editor who is nobody in particular."""
    return Actor(workspace_id, Role.EDITOR, None, "Product lead")


@pytest.fixture
def project_id(actor: Actor) -> UUID:
    """A project in Discovery."""
    with transaction(actor.workspace_id) as session:
        project = board.create_project(session, actor, "Bring search back")
        board.move(session, Actor.system(actor.workspace_id), project.id, "discovery", "test")
        return project.id


def in_parallel(times: int, work: Callable[[], object]) -> list[object]:
    """Run `work` at the same moment in several threads; return results and errors."""
    barrier = threading.Barrier(times)
    results: list[object] = []

    def one() -> None:
        barrier.wait()
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 the test looks at it
            results.append(error)

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def request(actor: Actor, project_id: UUID) -> UUID:
    with transaction(actor.workspace_id) as session:
        return service.request_run(session, actor, project_id).id


def test_of_many_identical_requests_exactly_one_makes_a_run(actor: Actor, project_id: UUID) -> None:
    results = in_parallel(8, lambda: request(actor, project_id))

    made = [result for result in results if isinstance(result, UUID)]
    refused = [result for result in results if isinstance(result, service.RunAlreadyOpen)]
    assert (len(made), len(refused)) == (1, 7)


def test_of_many_workers_exactly_one_claims_a_run(actor: Actor, project_id: UUID) -> None:
    run_id = request(actor, project_id)

    def claim() -> object:
        with transaction(actor.workspace_id) as session:
            return repository.claim(session, run_id, worker="w", lease=LEASE, at_once=4)

    assert sum(result is not None for result in in_parallel(8, claim)) == 1


def test_no_more_runs_of_a_workspace_run_than_its_limit(actor: Actor) -> None:
    run_ids: list[UUID] = []
    for _ in range(4):
        with transaction(actor.workspace_id) as session:
            project = board.create_project(session, actor, "Another idea")
            system = Actor.system(actor.workspace_id)
            board.move(session, system, project.id, "discovery", "test")
        run_ids.append(request(actor, project.id))
    waiting = iter(run_ids)

    def claim() -> object:
        with transaction(actor.workspace_id) as session:
            return repository.claim(session, next(waiting), worker="w", lease=LEASE, at_once=2)

    assert sum(result is not None for result in in_parallel(4, claim)) == 2


def test_a_theme_makes_one_project_however_often_the_button_is_pressed(actor: Actor) -> None:
    with transaction(actor.workspace_id) as session:
        theme = Theme(
            workspace_id=actor.workspace_id,
            label="Search disappears",
            changed_at=utcnow(),
            centroid=[1.0] + [0.0] * 383,
        )
        session.add(theme)
        session.flush()
        theme_id = theme.id

    def create() -> object:
        with transaction(actor.workspace_id) as session:
            return board.create_from_theme(session, actor, theme_id).key

    results = in_parallel(6, create)
    assert sum(isinstance(result, str) for result in results) == 1


def test_an_expired_lease_offers_the_run_again_and_fences_the_old_worker(
    actor: Actor, project_id: UUID
) -> None:
    run_id = request(actor, project_id)
    with transaction(actor.workspace_id) as session:
        old = repository.claim(session, run_id, worker="w1", lease=timedelta(seconds=-1), at_once=4)
    assert old is not None

    with transaction(actor.workspace_id) as session:
        rescue.rescue(session, run_id)
    with transaction(actor.workspace_id) as session:
        new = repository.claim(session, run_id, worker="w2", lease=LEASE, at_once=4)
    assert new is not None

    with transaction(actor.workspace_id) as session:
        lost = repository.renew(session, repository.Holder(run_id, old.fence), LEASE)
        kept = repository.renew(session, repository.Holder(run_id, new.fence), LEASE)
    assert lost is None
    assert kept is not None
    assert new.dispatch == old.dispatch + 1


def test_a_run_whose_worker_died_before_the_claim_is_offered_again_at_once(
    actor: Actor, project_id: UUID
) -> None:
    run_id = request(actor, project_id)
    with transaction(actor.workspace_id) as session:
        job = service.job_id(repository.get_run(session, run_id))
        rescue.release(session, run_id, "w1", job="another job")
        assert repository.get_run(session, run_id).dispatch == 1

        rescue.release(session, run_id, "w1", job=job)
        after = repository.get_run(session, run_id)

    assert (after.status, after.dispatch, after.crashes) == (RunStatus.QUEUED, 2, 1)


def test_a_run_that_loses_three_workers_at_one_step_is_quarantined(
    actor: Actor, project_id: UUID
) -> None:
    run_id = request(actor, project_id)
    call_in_flight(actor, project_id, run_id)
    for worker in ("w1", "w2", "w3"):
        with transaction(actor.workspace_id) as session:
            run = repository.claim(session, run_id, worker=worker, lease=LEASE, at_once=4)
            assert run is not None
            step = repository.steps_of(session, run_id)[0]
            repository.begin_step(session, repository.Holder(run_id, run.fence), step)
        with transaction(actor.workspace_id) as session:
            rescue.release(session, run_id, worker)

    with transaction(actor.workspace_id) as session:
        ended = repository.get_run(session, run_id)
        (call,) = ledger.calls_of(session, run_id)
    assert ended.status is RunStatus.FAILED
    assert ended.failure_class is FailureClass.QUARANTINED
    assert call.status is CallStatus.POSSIBLY_BILLED


def call_in_flight(actor: Actor, project_id: UUID, run_id: UUID, fence: int = 3) -> None:
    with transaction(actor.workspace_id) as session:
        call = ProviderCall(
            workspace_id=actor.workspace_id,
            run_id=run_id,
            project_id=project_id,
            step_key="research",
            fence=fence,
            attempt=1,
            provider="scripted",
            request_hash="x",
            reserved_usd=Decimal("0.10"),
        )
        ledger.open_call(session, call)
        ledger.start(session, call.id)


@pytest.mark.parametrize("claimed", [False, True])
def test_a_run_whose_project_was_deleted_ends(
    actor: Actor, project_id: UUID, *, claimed: bool
) -> None:
    run_id = request(actor, project_id)
    with transaction(actor.workspace_id) as session:
        if claimed:
            past = timedelta(seconds=-1)
            repository.claim(session, run_id, worker="w1", lease=past, at_once=4)
        projects.get_project(session, project_id).deleted_at = utcnow()

    with transaction(actor.workspace_id) as session:
        rescue.rescue(session, run_id)
        run = repository.get_run(session, run_id)

    assert run.status is RunStatus.CANCELLED


def test_a_living_run_is_left_alone(actor: Actor, project_id: UUID) -> None:
    run_id = request(actor, project_id)
    with transaction(actor.workspace_id) as session:
        repository.claim(session, run_id, worker="w1", lease=LEASE, at_once=4)

    with transaction(actor.workspace_id) as session:
        rescue.rescue(session, run_id)
        run = repository.get_run(session, run_id)

    assert run.status is RunStatus.RUNNING


def test_a_step_writes_its_document_while_somebody_has_the_project(
    actor: Actor, project_id: UUID
) -> None:
    # The worker has the run and wants a document; who cancels has the project and wants the run.
    with transaction(actor.workspace_id) as session:
        projects.get_project(session, project_id, lock=True)
        with transaction(actor.workspace_id) as other:
            other.execute(text("set local lock_timeout = '5s'"))
            written = documents.lock_document(other, actor.workspace_id, project_id, "research")

    assert written.project_id == project_id


def test_of_many_answers_exactly_one_is_taken(actor: Actor, project_id: UUID) -> None:
    run_id = request(actor, project_id)
    with transaction(actor.workspace_id) as session:
        run = repository.get_run(session, run_id)
        run.status, run.waiting_for = RunStatus.WAITING, WaitingFor.QUESTION
        question = Question(
            workspace_id=actor.workspace_id,
            project_id=project_id,
            run_id=run_id,
            step_key="research",
            key="platform",
            kind=QuestionKind.TEXT,
            text="Which platform?",
        )
        session.add(question)
    given = iter(range(8))

    def answer() -> object:
        with transaction(actor.workspace_id) as session:
            return questions.answer(session, actor, question.id, f"answer {next(given)}").answer

    results = in_parallel(8, answer)

    taken = [result for result in results if isinstance(result, str)]
    closed = [result for result in results if isinstance(result, questions.QuestionIsClosed)]
    with transaction(actor.workspace_id) as session:
        kept = questions.list_questions(session, actor, run_id)[0].answer
    assert (len(taken), len(closed)) == (1, 7)
    assert kept == taken[0]
