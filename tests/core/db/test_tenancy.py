"""Two walls between workspaces, each shown to be enough alone."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, exists, func, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from pmflow_core.accounts.actor import Role
from pmflow_core.accounts.models import ApiKey
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PermissionDenied
from pmflow_core.workspaces.models import Membership
from tests.conftest import make_member, make_workspace


@dataclass(frozen=True)
class Two:
    """Two workspaces with a member and an API key each; the tests are in `ours`."""

    ours: UUID
    theirs: UUID


def make_key(workspace_id: UUID, name: str) -> UUID:
    with transaction(workspace_id) as session:
        key = ApiKey(
            workspace_id=workspace_id,
            name=name,
            prefix="0" * 8,
            secret_hash=workspace_id.hex,
            role=Role.EDITOR,
        )
        session.add(key)
    return key.id


@pytest.fixture
def two(connection: Connection) -> Two:
    del connection
    two = Two(make_workspace("Ours"), make_workspace("Theirs"))
    for workspace_id, name in ((two.ours, "ours"), (two.theirs, "theirs")):
        make_member(workspace_id, Role.ADMIN)
        make_key(workspace_id, name)
    return two


def without_row_security(session: Session) -> None:
    """Take the login role back, who owns the tables and whom row security does not stop."""
    session.execute(text("select set_config('role', 'none', true)"))


def both(two: Two) -> dict[str, UUID]:
    return {"ours": two.ours, "theirs": two.theirs}


COUNT_BOTH = text("select count(*) from api_keys where workspace_id in (:ours, :theirs)")


# Row security alone: raw SQL, which the application's wall does not see.


def test_row_security_alone_hides_foreign_rows(two: Two) -> None:
    with transaction(two.ours) as session:
        assert session.scalar(COUNT_BOTH, both(two)) == 1
        without_row_security(session)
        assert session.scalar(COUNT_BOTH, both(two)) == 2


def test_row_security_alone_shows_nothing_outside_of_a_workspace(two: Two) -> None:
    with transaction(None) as session:
        assert session.scalar(COUNT_BOTH, both(two)) == 0


@pytest.mark.parametrize(
    "statement",
    ["update api_keys set name = 'taken'", "delete from api_keys"],
)
def test_row_security_alone_keeps_foreign_rows_as_they_are(two: Two, statement: str) -> None:
    with transaction(two.ours) as session:
        session.execute(text(statement))
    with transaction(two.theirs) as session:
        assert session.scalar(text("select name from api_keys")) == "theirs"


@pytest.mark.parametrize(
    "statement",
    [
        "update api_keys set workspace_id = :theirs",
        "insert into memberships (id, created_at, workspace_id, user_id, role) "
        "select gen_random_uuid(), now(), :theirs, user_id, role from memberships",
    ],
)
def test_row_security_alone_refuses_rows_for_another_workspace(two: Two, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction(two.ours) as session,
    ):
        session.execute(text(statement), {"theirs": two.theirs})


# The application's wall alone: the tables' owner, whom row security does not stop.


def test_the_filter_alone_hides_foreign_rows(two: Two) -> None:
    other = aliased(ApiKey)
    with transaction(two.ours) as session:
        without_row_security(session)
        assert [key.name for key in session.scalars(select(ApiKey))] == ["ours"]
        assert list(session.scalars(select(col(ApiKey.name)))) == ["ours"]
        assert [key.name for key in session.scalars(select(other))] == ["ours"]
        assert session.scalar(select(func.count()).select_from(ApiKey)) == 1


def test_the_filter_alone_reaches_joins_and_subqueries(two: Two) -> None:
    joined = select(col(ApiKey.name)).join(Membership, col(Membership.role) == Role.ADMIN)
    found = exists().where(col(Membership.workspace_id) == two.theirs)
    with transaction(two.ours) as session:
        without_row_security(session)
        assert list(session.scalars(joined)) == ["ours"]
        assert list(session.scalars(select(col(ApiKey.name)).where(found))) == []


def test_the_filter_alone_answers_a_foreign_id_with_nothing(two: Two) -> None:
    with transaction(two.theirs) as session:
        foreign = session.scalars(select(col(ApiKey.id))).one()
    with transaction(two.ours) as session:
        without_row_security(session)
        assert session.get(ApiKey, foreign) is None


def test_the_filter_alone_keeps_foreign_rows_as_they_are(two: Two) -> None:
    with transaction(two.ours) as session:
        without_row_security(session)
        session.execute(update(ApiKey).values(name="taken"))
        session.execute(delete(Membership))
    with transaction(two.theirs) as session:
        assert session.scalars(select(col(ApiKey.name))).one() == "theirs"
        assert session.scalar(select(func.count()).select_from(Membership)) == 1


def test_the_filter_alone_shows_nothing_outside_of_a_workspace(two: Two) -> None:
    del two
    with transaction(None) as session:
        without_row_security(session)
        assert session.scalar(select(func.count()).select_from(ApiKey)) == 0


def test_the_filter_follows_the_session_through_many_workspaces(two: Two) -> None:
    for workspace_id, name in ((two.ours, "ours"), (two.theirs, "theirs")) * 3:
        with transaction(workspace_id) as session:
            without_row_security(session)
            assert list(session.scalars(select(col(ApiKey.name)))) == [name]


def test_a_session_does_not_save_a_row_of_another_workspace(two: Two) -> None:
    key = ApiKey(workspace_id=two.theirs, name="x", prefix="x", secret_hash="x", role=Role.ADMIN)
    with transaction(two.ours) as session:
        without_row_security(session)
        session.add(key)
        with pytest.raises(PermissionDenied, match="another workspace"):
            session.flush()
        session.expunge(key)


def test_a_session_does_not_move_a_row_to_another_workspace(two: Two) -> None:
    with transaction(two.ours) as session:
        without_row_security(session)
        key = session.scalars(select(ApiKey)).one()
        key.workspace_id = two.theirs
        with pytest.raises(PermissionDenied, match="another workspace"):
            session.flush()
        session.expire(key)
