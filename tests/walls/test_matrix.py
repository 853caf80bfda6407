"""Everybody at every door: routes, events, verbs and jobs do for each caller what they declare."""

import inspect
from importlib import import_module
from uuid import UUID

import pytest

from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.jobs import Job
from pmflow_core.workspaces import service as workspaces
from tests.walls import events, probes, rest, services
from tests.walls.rows import fingerprint
from tests.walls.world import World

CALLS = rest.calls()
HANDLERS = events.handlers()
VERBS = services.verbs()


def named(each: rest.Call | events.Handled | services.Verb | Job) -> str:
    return each.name


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_a_route_lets_in_whom_it_declares_and_nobody_else(world: World, call: rest.Call) -> None:
    faults = list(rest.faults(call, world))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_a_routes_door_is_enough_alone(world: World, call: rest.Call) -> None:
    faults = list(rest.door_faults(call, world))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_a_foreign_id_is_answered_as_one_of_nothing(world: World, call: rest.Call) -> None:
    before = fingerprint(world.connection, world.theirs.workspace_id)
    faults = list(rest.foreign_faults(call, world))
    assert not faults, "\n".join(faults)
    assert fingerprint(world.connection, world.theirs.workspace_id) == before


@pytest.mark.parametrize("handled", HANDLERS, ids=named)
def test_the_wall_lets_in_whom_a_handler_declares(world: World, handled: events.Handled) -> None:
    faults = list(events.wall_faults(handled, world))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("handled", HANDLERS, ids=named)
def test_a_handler_checks_by_itself_too(world: World, handled: events.Handled) -> None:
    faults = list(events.second_faults(handled, world))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: f"{verb.module}.{verb.name}")
def test_a_verb_refuses_the_roles_below_its_own(verb: services.Verb) -> None:
    assert list(services.verb_faults(verb)) == []


def test_the_shared_guards_hold_for_every_permission_there_is(world: World) -> None:
    assert list(probes.probe_faults(world)) == []


def test_the_matrix_is_as_large_as_the_product(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    callers, people, roles = len(world.callers), len(world.people), len(Role)
    cells = 2 * len(CALLS) * callers + 2 * len(HANDLERS) * people + len(VERBS) * roles
    foreign = sum(len(rest.foreign_names(call)) for call in CALLS)
    with capsys.disabled():
        print(f"\n{cells + foreign} cells: {len(CALLS)} routes × {callers} twice,"  # noqa: T201
              f" {len(HANDLERS)} handlers × {people} twice, {len(VERBS)} verbs × {roles},"
              f" {foreign} foreign ids")  # fmt: skip
    assert len(CALLS) > 60
    assert len(HANDLERS) > 150
    assert len(VERBS) > 150


def test_a_demotion_counts_from_the_next_event_and_request_on(world: World) -> None:
    admin = world.callers["admin"]
    path = f"/w/{world.ours.slug}/board"
    event = next(each for each in HANDLERS if each.permission is Role.ADMIN)
    call = next(each for each in CALLS if each.permission is Role.ADMIN)
    at = rest.address(call, world)
    assert events.is_let_in(event, admin.headers["cookie"], path)
    assert rest.ask(call, world, admin, at).status_code != 403
    with transaction(world.ours.workspace_id) as session:
        token = admin.headers["cookie"].partition("=")[2]
        who = accounts.find_session(session, token)
        assert who is not None
        system = Actor.system(world.ours.workspace_id)
        workspaces.change_role(session, system, who.user_id, Role.VIEWER)
    assert not events.is_let_in(event, admin.headers["cookie"], path)
    assert rest.ask(call, world, admin, at).status_code == 403


@pytest.mark.parametrize("job", list(Job), ids=lambda job: job.value)
def test_a_job_takes_ids_and_nothing_else(job: Job) -> None:
    module, _, name = job.value.rpartition(".")
    taken = inspect.signature(getattr(import_module(module), name)).parameters.values()
    # of a shared import, which helper and which turn; they only name the job
    numbers = {"helper", "turn"}
    assert all(
        each.annotation is str and (each.name.endswith("_id") or each.name in numbers)
        for each in taken
    )


@pytest.mark.parametrize(
    "job", ["worker.maintenance_jobs.do_chore", "worker.signal_jobs.read_import"]
)
def test_a_job_with_a_foreign_id_finds_nothing(world: World, job: str) -> None:
    module, _, name = job.rpartition(".")
    tables = {"do_chore": "maintenance_runs", "read_import": "imports"}
    foreign: UUID = world.theirs.rows[tables[name]]["id"]
    before = fingerprint(world.connection, world.theirs.workspace_id)
    getattr(import_module(module), name)(str(world.ours.workspace_id), str(foreign))
    assert fingerprint(world.connection, world.theirs.workspace_id) == before
