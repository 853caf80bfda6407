"""The job that erases workspaces whose time is over, with their folders."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from pmflow_core import offboarding
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.settings import get_settings
from pmflow_core.workspaces import lifecycle
from pmflow_core.workspaces.models import Workspace
from tests.conftest import make_member, make_workspace
from worker import maintenance_jobs


@pytest.fixture
def repositories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the workspaces' repositories, in a data folder of the test's own."""
    monkeypatch.setenv("PMFLOW_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield tmp_path / "repositories"
    get_settings.cache_clear()


def deleted(days: int, repositories: Path) -> Actor:
    admin = make_member(make_workspace(), Role.ADMIN)
    (repositories / str(admin.workspace_id)).mkdir(parents=True)
    with transaction(admin.workspace_id) as session:
        offboarding.delete_workspace(session, admin, "Acme")
        ago = utcnow() - timedelta(days=days)
        session.execute(update(Workspace).values(deleted_at=ago))
    return admin


def test_what_was_deleted_a_month_ago_is_erased_and_the_rest_is_kept(
    connection: Connection, repositories: Path
) -> None:
    del connection
    old, fresh = deleted(31, repositories), deleted(29, repositories)

    for _ in range(2):
        maintenance_jobs.purge_workspaces()

    assert [path.name for path in repositories.iterdir()] == [str(fresh.workspace_id)]
    for actor, left in ((old, []), (fresh, [fresh.workspace_id])):
        assert actor.user_id is not None
        with transaction(None) as session:
            found = lifecycle.list_deleted(session, actor.user_id)
        assert [each.id for each in found] == left


def test_a_workspace_whose_folder_went_before_the_crash_is_erased_the_next_time(
    connection: Connection, repositories: Path
) -> None:
    del connection
    old = deleted(31, repositories)
    offboarding.erase_folders(old.workspace_id, repositories.parent)

    maintenance_jobs.purge_workspaces()

    with transaction(None) as session:
        assert lifecycle.to_purge(session) == []
