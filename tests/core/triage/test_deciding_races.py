"""Two people at one suggestion: it is done once, whoever is quicker."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import SignalProject, Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.suggestions import service as suggestions
from pmflow_core.suggestions.models import SuggestionKind, SuggestionStatus
from pmflow_core.suggestions.schemas import Proposal
from pmflow_core.triage import service as triage
from pmflow_core.triage.schemas import Decided
from tests.core.runs.staging import answers, extensions
from tests.ui.api_world import committed

__all__ = ["answers", "committed", "extensions"]
PEOPLE = 6


def propose_link(actor: Actor) -> tuple[UUID, UUID]:
    with transaction(actor.workspace_id) as session:
        project = board.create_project(session, actor, "Bring search back")
        made = signals.ingest(session, actor, [SignalIn(text="No search")], source=Source.API)
        proposal = Proposal(
            SuggestionKind.LINK_SIGNAL, 0.8, "Like.", signal_id=made.ids[0], project_id=project.id
        )
        return suggestions.propose(session, actor, [proposal])[0], project.id


def test_accepted_by_many_at_once_it_is_done_once(committed: Actor) -> None:
    suggestion, project = propose_link(committed)
    ready = Barrier(PEOPLE)

    def press(_person: int) -> Decided:
        ready.wait()
        with transaction(committed.workspace_id) as session:
            return triage.accept(session, committed, suggestion)

    with ThreadPoolExecutor(PEOPLE) as pool:
        done = list(pool.map(press, range(PEOPLE)))
    with transaction(committed.workspace_id) as session:
        links = session.scalar(
            select(func.count())
            .select_from(SignalProject)
            .where(col(SignalProject.project_id) == project)
        )
    assert [each.status for each in done] == [SuggestionStatus.ACCEPTED] * PEOPLE
    assert sum(each.is_new for each in done) == 1
    assert links == 1


def test_accepted_and_dismissed_at_once_one_of_them_holds(committed: Actor) -> None:
    suggestion, project = propose_link(committed)
    ready = Barrier(2)

    def press(accepts: bool) -> str:
        ready.wait()
        verb = triage.accept if accepts else triage.dismiss
        try:
            with transaction(committed.workspace_id) as session:
                return verb(session, committed, suggestion).status.value
        except triage.SuggestionIsDecided:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        outcomes = set(pool.map(press, (True, False)))
    with transaction(committed.workspace_id) as session:
        links = session.scalars(
            select(SignalProject).where(col(SignalProject.project_id) == project)
        ).all()
    assert outcomes in ({"accepted", "refused"}, {"dismissed", "refused"})
    assert len(links) == ("accepted" in outcomes)
