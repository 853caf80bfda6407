"""Webhook endpoints: made by admins, their secrets stored sealed, the old one for a day."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.integrations import repository, resealing, service
from pmflow_core.integrations.models import EndpointKind
from pmflow_core.integrations.schemas import EndpointEdit, EndpointIn, SecretIn
from pmflow_core.integrations.service import BadEndpoint, BadSecret, NoSecret
from pmflow_core.integrations.signatures import derive_secret
from pmflow_core.sealing import SecretUnreadable
from tests.conftest import make_workspace

KEYS = (b"the installation's key",)


def accepted(session: Session, endpoint_id: UUID, later: timedelta = timedelta(0)) -> list[str]:
    found = repository.find_endpoint(session, endpoint_id)
    assert found is not None
    return service.accepted_secrets(found, KEYS, utcnow() + later)


def test_a_rotated_secret_counts_beside_the_new_one_for_a_day(
    session: Session, admin: Actor
) -> None:
    first = service.create_endpoint(session, admin, EndpointIn(name=" Support  desk "), KEYS)
    of = first.endpoint.id
    assert (first.endpoint.name, accepted(session, of)) == ("Support desk", [first.secret])

    second = service.rotate_secret(session, admin, of, SecretIn(), KEYS)
    assert accepted(session, of) == [second.secret, first.secret]
    assert accepted(session, of, timedelta(hours=25)) == [second.secret]

    third = service.rotate_secret(session, admin, of, SecretIn(), KEYS)
    assert accepted(session, of) == [third.secret, second.secret]


def test_an_endpoint_without_a_secret_has_nothing_to_rotate(session: Session, admin: Actor) -> None:
    made = service.create_endpoint(session, admin, EndpointIn(name="Keys", signed=False), KEYS)
    assert (made.secret, accepted(session, made.endpoint.id)) == (None, [])
    with pytest.raises(NoSecret):
        service.rotate_secret(session, admin, made.endpoint.id, SecretIn(), KEYS)


def test_a_closed_endpoint_is_gone_for_every_caller(session: Session, admin: Actor) -> None:
    made = service.create_endpoint(session, admin, EndpointIn(name="Feed"), KEYS).endpoint.id
    assert repository.workspace_of_endpoint(session, made) == admin.workspace_id
    service.close_endpoint(session, admin, made)
    assert service.list_endpoints(session, admin) == []
    assert repository.workspace_of_endpoint(session, made) is None
    with pytest.raises(NotFound):
        service.rotate_secret(session, admin, made, SecretIn(), KEYS)


def test_only_admins_of_the_workspace_deal_with_endpoints(
    session: Session, admin: Actor, editor: Actor
) -> None:
    made = service.create_endpoint(session, admin, EndpointIn(name="Feed"), KEYS).endpoint.id
    for refused in (
        lambda: service.create_endpoint(session, editor, EndpointIn(name="x"), KEYS),
        lambda: service.edit_endpoint(session, editor, made, EndpointEdit(enabled=False)),
        lambda: service.rotate_secret(session, editor, made, SecretIn(), KEYS),
        lambda: service.close_endpoint(session, editor, made),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    session.flush()
    other = make_workspace()
    with transaction(other) as theirs, pytest.raises(NotFound):
        service.rotate_secret(theirs, Actor.system(other), made, SecretIn(), KEYS)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x07b"])
def test_a_name_is_readable(session: Session, admin: Actor, name: str) -> None:
    with pytest.raises(BadEndpoint):
        service.create_endpoint(session, admin, EndpointIn(name=name), KEYS)


def test_an_unknown_endpoint_has_no_workspace(session: Session) -> None:
    assert repository.workspace_of_endpoint(session, uuid4()) is None


def test_a_secret_that_leaked_ends_at_once(session: Session, admin: Actor) -> None:
    made = service.create_endpoint(session, admin, EndpointIn(), KEYS)
    renewed = service.rotate_secret(session, admin, made.endpoint.id, SecretIn(at_once=True), KEYS)
    assert accepted(session, made.endpoint.id) == [renewed.secret]
    assert renewed.endpoint.old_secret_until is None


@pytest.mark.parametrize("kind", [EndpointKind.SLACK, EndpointKind.PYLON])
def test_an_endpoint_whose_sender_gives_the_secret_is_off_until_it_is_set(
    session: Session, admin: Actor, kind: EndpointKind
) -> None:
    made = service.create_endpoint(session, admin, EndpointIn(kind=kind), KEYS)
    assert (made.secret, made.endpoint.is_on) == (None, False)
    with pytest.raises(NoSecret, match="Paste"):
        service.rotate_secret(session, admin, made.endpoint.id, SecretIn(), KEYS)
    given = SecretIn(secret=SecretStr(" 8f742231b10e8888abcd99yyyzzz85a5 "))
    set_ = service.rotate_secret(session, admin, made.endpoint.id, given, KEYS)
    assert (set_.secret, set_.endpoint.is_on) == (None, True)
    assert accepted(session, made.endpoint.id) == ["8f742231b10e8888abcd99yyyzzz85a5"]


def test_no_secret_is_stored_as_it_is_and_none_opens_elsewhere(
    session: Session, admin: Actor
) -> None:
    made = service.create_endpoint(session, admin, EndpointIn(), KEYS)
    other = service.create_endpoint(session, admin, EndpointIn(), KEYS)
    row = repository.get_endpoint(session, made.endpoint.id)
    assert made.secret is not None
    assert made.secret not in str(row.secrets)
    theirs = repository.get_endpoint(session, other.endpoint.id)
    theirs.secrets = row.secrets
    with pytest.raises(SecretUnreadable):
        service.accepted_secrets(theirs, KEYS, utcnow())


def test_a_new_key_of_the_installation_changes_no_sender_s_secret(
    session: Session, admin: Actor
) -> None:
    made = service.create_endpoint(session, admin, EndpointIn(), KEYS)
    row = repository.get_endpoint(session, made.endpoint.id)
    both = (b"a new key", *KEYS)
    assert service.accepted_secrets(row, both, utcnow()) == [made.secret]
    assert resealing.reseal_workspace(session, both) == 1
    assert service.accepted_secrets(row, (b"a new key",), utcnow()) == [made.secret]
    with pytest.raises(SecretUnreadable):
        service.accepted_secrets(row, KEYS, utcnow())


def test_a_secret_that_was_derived_from_the_key_outlives_the_key(
    session: Session, admin: Actor
) -> None:
    made = service.create_endpoint(session, admin, EndpointIn(signed=False), KEYS).endpoint.id
    row = repository.get_endpoint(session, made)
    row.secret_version = 3
    derived = derive_secret(KEYS[0], made, 3)
    assert accepted(session, made) == [derived]
    resealing.reseal_workspace(session, (b"a new key", *KEYS))
    assert service.accepted_secrets(row, (b"a new key",), utcnow()) == [derived]
    assert row.secret_version is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "short"},
        {"secret": "whsec_AAAA"},
        {"settings": {"channels": ["C1"]}},
        {"kind": "github", "secret": "a\x07bbbbbbbbb"},
        {"kind": "github", "signed": False},
        {"kind": "pylon", "settings": {"signature_header": "no blanks"}},
        {"kind": "slack", "settings": {"channels": [""]}},
    ],
)
def test_what_no_sender_has_is_refused_in_words(
    session: Session, admin: Actor, wrong: dict[str, object]
) -> None:
    with pytest.raises((BadEndpoint, BadSecret)):
        service.create_endpoint(session, admin, EndpointIn.model_validate(wrong), KEYS)
