"""`user`, `workspace` and `apikey`: what a fresh installation needs first."""

from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pmflow_core.accounts import api_keys, resets
from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.schemas import Client
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.workspaces import service as workspaces
from tests.core.cli.conftest import Program

PASSWORD = "tidy-otter-9"


@pytest.fixture
def email(program: Program) -> str:
    """The e-mail address of a person made on the command line."""
    address = f"{uuid4().hex[:12]}@example.com"
    program.ask("user", "create", "--email", address, "--password-stdin", stdin=f"{PASSWORD}\n")
    return address


@pytest.fixture
def slug(program: Program, email: str) -> str:
    """The slug of a workspace made on the command line."""
    slug = f"ws-{uuid4().hex[:8]}"
    program.ask("workspace", "create", "Acme Apps", "--slug", slug, "--admin", email)
    return slug


def test_a_person_made_on_the_command_line_can_sign_in(
    program: Program, email: str, database: Engine
) -> None:
    address = f"op-{email}"
    made = program.ask(
        "user", "create", "--email", address.upper(), "--password-stdin",
        "--name", "Operator", "--operator", stdin=PASSWORD,
    )  # fmt: skip
    configure(database)
    new = accounts.sign_in(partial(transaction, None), address, PASSWORD, "192.0.2.1")
    assert made == new.user.model_dump(mode="json")
    assert (new.user.name, new.user.is_operator) == ("Operator", True)


def test_a_person_is_asked_for_the_password_twice_when_it_is_not_piped(program: Program) -> None:
    address = f"{uuid4().hex[:12]}@example.com"
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    assert program.ask("user", "create", "--email", address, stdin=typed)["email"] == address


def test_an_operator_makes_the_link_by_which_a_person_chooses_a_password(
    program: Program, email: str, database: Engine
) -> None:
    made = program.ask("user", "reset-link", "--email", email)
    assert made["minutes"] == 30
    token = str(made["link"]).rpartition("/reset/")[2]
    configure(database)
    begin = partial(transaction, None)
    assert resets.redeem(begin, token, "calm-badger-4", Client()).user.email == email

    said = program.refuse("user", "reset-link", "--email", "nobody@example.com")
    assert said.startswith("not_found: ")


@pytest.mark.parametrize(
    ("address", "password", "code"),
    [
        ("no address", PASSWORD, "invalid_email"),
        ("x@example.com", "short", "weak_password"),
        ("x@example.com", "", "weak_password"),
    ],
)
def test_a_person_that_cannot_be_is_refused(
    program: Program, address: str, password: str, code: str
) -> None:
    said = program.refuse(
        "user", "create", "--email", address, "--password-stdin", stdin=f"{password}\n"
    )
    assert said.startswith(f"{code}: ")


def test_an_e_mail_in_use_is_refused(program: Program, email: str) -> None:
    said = program.refuse(
        "user", "create", "--email", email, "--password-stdin", stdin=f"{PASSWORD}\n"
    )
    assert said.startswith("email_taken: ")


def test_a_workspace_has_its_admin_inside(
    program: Program, email: str, slug: str, database: Engine
) -> None:
    configure(database)
    with transaction(None) as session:
        user = accounts.find_user_by_email(session, email)
        assert user is not None
        actor = workspaces.actor_for(session, user.id, slug)
    assert actor.role is Role.ADMIN
    said = program.refuse("workspace", "create", "Other", "--slug", slug, "--admin", email)
    assert said.startswith("slug_taken: ")


def test_a_workspace_answers_with_its_id(program: Program, email: str) -> None:
    slug = f"ws-{uuid4().hex[:8]}"
    made = program.ask("workspace", "create", "Acme Apps", "--slug", slug, "--admin", email)
    assert UUID(made["id"])
    assert (made["slug"], made["name"]) == (slug, "Acme Apps")


def test_a_workspace_needs_an_admin_who_is_there(program: Program) -> None:
    said = program.refuse(
        "workspace", "create", "Acme", "--slug", "acme", "--admin", "nobody@example.com"
    )
    assert said.startswith("not_found: ")
    assert "pmflow user create" in said


def test_an_api_key_made_on_the_command_line_acts_in_its_workspace(
    program: Program, slug: str, database: Engine
) -> None:
    made = program.ask("apikey", "create", "--workspace", slug, "--role", "editor")
    assert set(made) == {"id", "key"}
    configure(database)
    with transaction(None) as session:
        workspace_id = workspaces.workspace_by_slug(session, slug)
        actor = api_keys.find_api_key(session, made["key"])
    assert actor == Actor(workspace_id, Role.EDITOR, name="API key made on the command line")


def test_an_api_key_needs_a_workspace_that_is_there(program: Program) -> None:
    said = program.refuse("apikey", "create", "--workspace", "no-such", "--role", "viewer")
    assert said.startswith("not_found: ")


def test_an_api_key_needs_a_role_that_is_one(program: Program) -> None:
    result = program.run("apikey", "create", "--workspace", "x", "--role", "owner")
    assert (result.exit_code, result.stdout) == (2, "")
