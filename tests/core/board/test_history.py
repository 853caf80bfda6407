"""What was decided stays: with what was judged, what it cost by then, and who acts next."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.board.history import list_decisions
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects.models import Decision, Outcome, Project
from pmflow_core.projects.service import Cause, Explanation
from pmflow_core.recipes import repository as recipes


@pytest.fixture
def project(session: Session, admin: Actor) -> Project:
    """A project that an admin moved on against its gates."""
    made = board.create_project(session, admin, "Bring search back")
    board.move(session, admin, made.id, "discovery", "a strategic bet")
    return made


def test_a_decision_keeps_recipe_gates_inputs_budgets_actor_and_what_follows(
    session: Session, admin: Actor, project: Project
) -> None:
    (read,) = list_decisions(session, admin, project.id)
    judged = recipes.find_published(session, "inbox")

    assert judged is not None
    assert (read.outcome, read.actor) == (Outcome.OVERRIDDEN, "Workspace admin")
    assert read.recipe_version == judged.number
    assert [(gate.passed, gate.inputs["params"]) for gate in read.gates] == [
        (False, judged.spec["gates"][0]["params"])
    ]
    assert read.budget == {
        "workspace": {"cap": "50", "spent": "0", "reserved": "0"},
        "project": {"cap": "5", "spent": "0", "reserved": "0"},
    }
    assert all((read.reason, read.next_action, read.owner))


def test_a_decision_cannot_be_changed(session: Session, project: Project) -> None:
    change = update(Decision).where(col(Decision.project_id) == project.id).values(reason="else")

    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(change)

    assert projects.latest_decisions(session, [project.id])[project.id].reason != "else"


@pytest.mark.parametrize("empty", ["reason", "next_action", "owner"])
def test_a_decision_without_a_reason_is_refused_by_the_database(
    session: Session, admin: Actor, project: Project, empty: str
) -> None:
    """Failure 4: Blocked cards without a reason."""
    said = {"reason": "Because", "next_action": "Do it", "owner": "Somebody", empty: ""}

    with pytest.raises(IntegrityError, match="explained"), session.begin_nested():
        project_service.decide(
            session, admin, project, "prd", Explanation(Outcome.STAYED, **said), Cause()
        )
