"""Nothing is left out: every table, route, handler, job and command is known to the walls."""

from importlib import import_module
from inspect import isfunction

import reflex as rx
from fastapi import APIRouter, Depends
from reflex_base.registry import RegistrationContext
from sqlalchemy import Connection, text

from pmflow_core.accounts.actor import Role
from pmflow_core.tables import METADATA
from pmflow_ui.api.app import ROUTERS
from pmflow_ui.api.permission import Allow
from pmflow_ui.guard import event
from pmflow_ui.wall import Wall, undeclared
from tests.contracts import promises
from tests.contracts.sources import ROOT
from tests.walls import events, rest
from tests.walls.rows import tenant_rows

# The tables that belong to no workspace, and why.
SHARED = {
    "users": "a person may be in many workspaces",
    "sessions": "a person's",
    "password_resets": "a person's",
    "mails": "sealed, until they are sent",
    "oauth_accounts": "a person's",
    "oauth_flows": "nobody is signed in yet",
    "sign_in_failures": "an e-mail's and an address's",
    "workspaces": "protected by its own id",
    "worker_heartbeats": "the installation's",
    "breakers": "of a provider, for the installation",
    "alembic_version": "the installation's",
}
# Of a workspace, but out of the filter's reach: row security and its own key keep it apart.
UNFILTERED = {"counters": "numbers without an id, taken by one statement that names its workspace"}
HOLES = text("""
    select c.relname from pg_class c
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
      and c.relname <> all(:shared)
      and not (
        exists (select from pg_attribute a where a.attrelid = c.oid
                and a.attname = 'workspace_id' and a.attnotnull)
        and c.relrowsecurity
        and exists (select from pg_policy p where p.polrelid = c.oid and p.polcmd = '*'
                    and p.polqual is not null and p.polwithcheck is not null)
        and has_table_privilege('pmflow_app', c.oid, 'select')
        and not has_table_privilege('pmflow_app', c.oid, 'truncate'))
    order by c.relname
""")


def holes(connection: Connection) -> list[str]:
    return list(connection.scalars(HOLES, {"shared": list(SHARED)}))


def test_a_table_is_a_workspaces_or_on_the_short_list(connection: Connection) -> None:
    assert holes(connection) == []
    assert set(METADATA.tables) - set(tenant_rows()) <= {*SHARED, *UNFILTERED}


def test_a_table_without_a_wall_is_found(connection: Connection) -> None:
    for statement in (
        "create table planted_bare (id uuid)",
        "create table planted_null (workspace_id uuid)",
        "create table planted_open (workspace_id uuid not null)",
        "create table planted_full (workspace_id uuid not null)",
        "select pmflow_protect('planted_null', false)",
        "select pmflow_protect('planted_full', true)",
    ):
        connection.execute(text(statement))
    assert holes(connection) == ["planted_bare", "planted_null", "planted_open"]


def test_what_anybody_may_call_is_on_the_short_list() -> None:
    assert rest.unlisted() == []
    assert events.unlisted() == []


def test_a_route_that_forgot_its_permission_is_found() -> None:
    router = APIRouter()

    @router.get("/api/planted")
    def planted() -> None:
        """Answer anybody."""

    @router.get("/api/declared", dependencies=[Depends(Allow(Role.ADMIN))])
    def declared() -> None:
        """Answer admins."""

    assert promises.unguarded(router) == ["/api/planted"]


def test_every_router_of_the_api_is_in_the_list() -> None:
    modules = {route.endpoint.__module__ for router in ROUTERS for route in router.routes}
    written = {
        f"pmflow_ui.api.{path.stem}"
        for path in (ROOT / "pmflow_ui" / "api").glob("*.py")
        if "\n@router." in path.read_text(encoding="utf-8")
    }
    assert written <= modules


def test_a_handler_that_forgot_its_permission_is_found() -> None:
    token = RegistrationContext.set(RegistrationContext.ensure_context().fork())
    try:

        class PlantedDoor(rx.State):
            def open_up(self) -> None:
                """Open."""

            @event(allow=Role.ADMIN)
            async def closed(self) -> None:
                """Keep closed."""

        assert undeclared() == [f"{PlantedDoor.get_full_name()}.open_up"]
    finally:
        RegistrationContext.reset(token)


def test_the_wall_stands_before_everything_else() -> None:
    from pmflow_ui.pmflow_ui import app  # noqa: PLC0415 building the app takes a second

    assert isinstance(app._middlewares[0], Wall)


def test_no_job_is_without_an_entry() -> None:
    modules = {import_module(job.rpartition(".")[0]) for job in promises.jobs()}
    public = {
        f"{module.__name__}.{name}"
        for module in modules
        for name, each in vars(module).items()
        if isfunction(each) and each.__module__ == module.__name__ and not name.startswith("_")
    }
    assert public - {"worker.jobs.pace"} == set(promises.jobs())
