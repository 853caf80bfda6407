"""What is offered by name exists, says what it is for, and says who may use it."""

import pytest
import typer
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from typer.main import get_command

from pmflow_core.accounts.actor import Role
from pmflow_core.settings import Settings
from pmflow_ui.access import Access
from pmflow_ui.api.app import ROUTERS, make_api
from pmflow_ui.api.permission import ANYONE, Allow
from tests.contracts import promises


def test_every_job_is_a_function_of_the_worker() -> None:
    assert len(promises.jobs()) >= 3
    assert promises.unresolved(promises.jobs()) == []


@pytest.mark.parametrize(
    "path", ["worker.jobs.nothing", "worker.jobs.UUID", "worker.reconcile.utcnow", "execute_run"]
)
def test_a_job_that_leads_nowhere_is_found(path: str) -> None:
    assert promises.unresolved([path]) == [path]


def test_every_setting_says_what_it_means_and_its_bounds() -> None:
    assert promises.unexplained_fields(Settings) == []


def test_a_setting_that_says_nothing_is_found() -> None:
    class Planted(BaseModel):
        silent: str = "x"
        boundless: int = Field(1, description="How many.")
        fine: int = Field(1, ge=1, le=2, description="How many.")

    assert promises.unexplained_fields(Planted) == ["silent", "boundless"]


def test_every_command_and_option_has_help() -> None:
    assert "pmflow signals import" in promises.leaves()
    assert promises.unexplained_commands() == []


def test_a_command_without_help_is_found() -> None:
    planted = typer.Typer()

    @planted.command()
    def shiny(count: int = 1) -> None:
        typer.echo(count)

    assert promises.unexplained_commands(get_command(planted))[:2] == ["pmflow", "pmflow count"]


def test_every_route_declares_who_may_call_it() -> None:
    assert [promises.unguarded(router) for router in (make_api().router, *ROUTERS)] == [
        [] for _ in range(len(ROUTERS) + 1)
    ]
    assert len(promises.endpoints()) >= 6


def test_a_route_that_declares_nothing_is_found() -> None:
    def answer() -> str:
        return ""

    router = APIRouter()
    router.add_api_route("/open", answer)
    router.add_api_route("/anyone", answer, dependencies=ANYONE)
    router.add_api_route("/twice", answer, dependencies=[*ANYONE, Depends(Allow(Role.ADMIN))])
    router.add_api_route("/other", answer, dependencies=[Depends(answer)])
    router.add_api_route("/closed", answer, dependencies=[Depends(Allow(Access.OPERATOR))])
    assert promises.unguarded(router) == ["/open", "/twice", "/other"]
