"""`secrets rotate`: another key, and no sender notices."""

from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.integrations import repository, service
from pmflow_core.integrations.schemas import EndpointIn
from pmflow_core.sealing import SecretUnreadable
from pmflow_core.settings import get_settings
from tests.conftest import make_workspace
from tests.core.cli.conftest import Program


def accepted(workspace_id: UUID, endpoint_id: UUID, keys: tuple[bytes, ...]) -> list[str]:
    with transaction(workspace_id) as session:
        row = repository.get_endpoint(session, endpoint_id)
        return service.accepted_secrets(row, keys, utcnow())


@pytest.fixture
def workspace(database: Engine, database_url: str) -> UUID:
    """A workspace of its own, and no secret in the others that other tests' keys have sealed."""
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("update webhook_endpoints set secrets = '[]'")
        owner.execute("update outgoing_webhooks set secrets = '[]'")
    configure(database)
    return make_workspace("Rotating")


def make(workspace_id: UUID, keys: tuple[bytes, ...]) -> tuple[UUID, str]:
    with transaction(workspace_id) as session:
        actor = Actor.system(workspace_id)
        made = service.create_endpoint(session, actor, EndpointIn(), keys)
    assert made.secret is not None
    return made.endpoint.id, made.secret


def close(workspace_id: UUID, endpoint_id: UUID) -> None:
    """Leave nothing behind that another test's keys could not open."""
    with transaction(workspace_id) as session:
        row = repository.get_endpoint(session, endpoint_id)
        row.deleted_at, row.secrets = utcnow(), []


def test_a_key_in_the_data_folder_is_replaced_and_every_secret_follows(
    program: Program, workspace: UUID, database: Engine, tmp_path: Path
) -> None:
    program.run("config", "check")
    before = get_settings().secrets()
    endpoint, secret = make(workspace, before)
    told = program.ask("secrets", "rotate")
    configure(database)
    after = get_settings().secrets()
    assert (told["keys"], after[1:], after[0] != before[0]) == (2, before, True)
    assert accepted(workspace, endpoint, after[:1]) == [secret]
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    program.ask("secrets", "rotate")
    assert len(get_settings().secrets()) == 2
    configure(database)
    close(workspace, endpoint)


def test_keys_of_one_s_own_are_listed_and_the_old_one_can_then_go(
    program: Program, workspace: UUID, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, secret = make(workspace, (b"an old key",))
    monkeypatch.setenv("PMFLOW_SECRET_KEY", "a new key, an old key")
    assert "remove the older keys" in program.run("secrets", "rotate").stdout
    configure(database)
    assert accepted(workspace, endpoint, (b"a new key",)) == [secret]
    with pytest.raises(SecretUnreadable):
        accepted(workspace, endpoint, (b"an old key",))
    monkeypatch.setenv("PMFLOW_SECRET_KEY", "quite another")
    assert program.refuse("secrets", "rotate").startswith("secret_unreadable: ")
    configure(database)
    close(workspace, endpoint)
