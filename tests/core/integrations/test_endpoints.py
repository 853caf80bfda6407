"""Webhook endpoints: made by admins, their secrets nowhere stored, the old one for a day."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.integrations import repository, service
from pmflow_core.integrations.service import BadEndpoint, NoSecret
from tests.conftest import make_workspace

KEY = b"the installation's key"


def accepted(session: Session, endpoint_id: UUID, later: timedelta = timedelta(0)) -> list[str]:
    found = repository.find_endpoint(session, endpoint_id)
    assert found is not None
    return service.accepted_secrets(found, KEY, utcnow() + later)


def test_a_rotated_secret_counts_beside_the_new_one_for_a_day(
    session: Session, admin: Actor
) -> None:
    first = service.create_endpoint(session, admin, " Support  desk ", key=KEY)
    of = first.endpoint.id
    assert (first.endpoint.name, accepted(session, of)) == ("Support desk", [first.secret])

    second = service.rotate_secret(session, admin, of, key=KEY)
    assert accepted(session, of) == [second.secret, first.secret]
    assert accepted(session, of, timedelta(hours=25)) == [second.secret]

    third = service.rotate_secret(session, admin, of, key=KEY)
    assert accepted(session, of) == [third.secret, second.secret]


def test_an_endpoint_without_a_secret_has_nothing_to_rotate(session: Session, admin: Actor) -> None:
    made = service.create_endpoint(session, admin, "Keys", key=KEY, signed=False)
    assert (made.secret, accepted(session, made.endpoint.id)) == (None, [])
    with pytest.raises(NoSecret):
        service.rotate_secret(session, admin, made.endpoint.id, key=KEY)


def test_a_closed_endpoint_is_gone_for_every_caller(session: Session, admin: Actor) -> None:
    made = service.create_endpoint(session, admin, "Feed", key=KEY).endpoint.id
    assert repository.workspace_of_endpoint(session, made) == admin.workspace_id
    service.close_endpoint(session, admin, made)
    assert service.list_endpoints(session, admin) == []
    assert repository.workspace_of_endpoint(session, made) is None
    with pytest.raises(NotFound):
        service.rotate_secret(session, admin, made, key=KEY)


def test_only_admins_of_the_workspace_deal_with_endpoints(
    session: Session, admin: Actor, editor: Actor
) -> None:
    made = service.create_endpoint(session, admin, "Feed", key=KEY).endpoint.id
    for refused in (
        lambda: service.create_endpoint(session, editor, "x", key=KEY),
        lambda: service.list_endpoints(session, editor),
        lambda: service.rotate_secret(session, editor, made, key=KEY),
        lambda: service.close_endpoint(session, editor, made),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    session.flush()
    other = make_workspace()
    with transaction(other) as theirs, pytest.raises(NotFound):
        service.rotate_secret(theirs, Actor.system(other), made, key=KEY)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x07b"])
def test_a_name_is_readable(session: Session, admin: Actor, name: str) -> None:
    with pytest.raises(BadEndpoint):
        service.create_endpoint(session, admin, name, key=KEY)


def test_an_unknown_endpoint_has_no_workspace(session: Session) -> None:
    assert repository.workspace_of_endpoint(session, uuid4()) is None
