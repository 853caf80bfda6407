"""Sample workspaces come, are found again, and make room for fresh ones."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from pmflow_core import onboarding
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.demo import ledger, load, retire
from pmflow_core.errors import Conflict, NotFound
from pmflow_core.projects.models import Project
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import RunStatus
from pmflow_core.signals import links
from pmflow_core.signals.models import Signal
from pmflow_core.workspaces import service as workspaces
from pmflow_core.workspaces.schemas import WorkspaceRead
from tests.core.demo.conftest import MakePerson


def make_real_workspace(person: UUID, slug: str) -> None:
    workspace_id = uuid4()
    with transaction(workspace_id) as session:
        onboarding.create_workspace(
            session, workspace_id, name="Acme", slug=slug, admin_user_id=person
        )


def signals_of(workspace_id: UUID) -> list[Signal]:
    with transaction(workspace_id) as session:
        live = select(Signal).where(col(Signal.deleted_at).is_(None)).order_by(col(Signal.number))
        return list(session.scalars(live))


def workspaces_of(person: UUID) -> list[WorkspaceRead]:
    with transaction(None) as session:
        return workspaces.list_workspaces(session, person)


def request(person: UUID) -> WorkspaceRead:
    with transaction(None) as session:
        return load.request_sample(session, person)


def start_a_run(workspace_id: UUID) -> tuple[str, UUID]:
    actor = ledger.loader(workspace_id)
    first = signals_of(workspace_id)[0]
    with transaction(workspace_id) as session:
        project = board.create_project(session, actor, "Cards that work")
        links.link_to_project(session, actor, [first.id], project.id)
        run = board.start_run(session, actor, project.id, "discovery")
        return project.key, run.id


def test_a_sample_has_its_messages_from_the_beginning_and_is_made_once(
    person: UUID, slug: str
) -> None:
    made = load.begin(person, slug)
    found = signals_of(made)
    assert load.begin(person, slug) == made
    assert len(signals_of(made)) == len(found) > 350
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert {one.source for one in found} == {"api", "email", "pylon", "slack"}
    assert workspaces_of(person)[0].role is Role.ADMIN


def test_a_slug_of_real_work_is_refused(person: UUID, slug: str) -> None:
    make_real_workspace(person, slug)
    with pytest.raises(load.NotASample, match="real work"):
        load.begin(person, slug)
    with pytest.raises(load.NotASample):
        load.reset(slug)
    assert [one.slug for one in workspaces_of(person)] == [slug]


@pytest.mark.usefixtures("person")
def test_there_must_be_a_sample_to_reset(slug: str) -> None:
    with pytest.raises(NotFound, match="demo load"):
        load.reset(slug)


def test_a_person_who_asks_twice_gets_one_sample(person: UUID) -> None:
    first, second = request(person), request(person)
    assert first == second
    assert [one.id for one in workspaces_of(person)] == [first.id]
    assert len(signals_of(first.id)) > 350


def test_two_people_who_ask_get_a_sample_each(make_person: MakePerson) -> None:
    one, other = request(make_person()), request(make_person())
    assert one.slug != other.slug
    assert other.slug.startswith("sample-")


def test_real_workspaces_of_a_person_are_no_samples(person: UUID, slug: str) -> None:
    make_real_workspace(person, slug)
    assert request(person).slug != slug


def test_a_reset_puts_a_fresh_sample_with_the_same_members_in_place(
    person: UUID, slug: str, make_person: MakePerson
) -> None:
    old = load.begin(person, slug)
    guest = make_person()
    with transaction(old) as session:
        workspaces.add_member(session, ledger.loader(old), guest, Role.VIEWER)
    key, run_id = start_a_run(old)

    new = load.reset(slug)

    assert new != old
    assert load.find_sample(slug) == new
    assert [one.id for one in workspaces_of(person)] == [new]
    assert [(one.id, one.role) for one in workspaces_of(guest)] == [(new, Role.VIEWER)]
    assert signals_of(new)[0].number == 1
    assert signals_of(old) == []
    fresh, _ = start_a_run(new)
    assert fresh == key, "the names of the old one are free"
    with transaction(old) as session:
        assert session.get_one(StageRun, run_id).status is RunStatus.CANCELLED
        assert all(project.deleted_at for project in session.scalars(select(Project)))


def test_what_was_reset_is_not_reset_again(person: UUID, slug: str) -> None:
    old = load.begin(person, slug)
    load.reset(slug)
    with transaction(old) as session, pytest.raises(Conflict, match="just reset"):
        retire.retire(session, Actor.system(old))
