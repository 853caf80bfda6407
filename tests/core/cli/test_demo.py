"""`demo`: the sample workspace from the command line."""

from uuid import UUID, uuid4

import pytest

from tests.core.cli.conftest import Program

PASSWORD = "tidy-otter-9"


@pytest.fixture
def email(program: Program) -> str:
    """The e-mail address of a person made on the command line."""
    address = f"{uuid4().hex[:12]}@example.com"
    program.ask("user", "create", "--email", address, "--password-stdin", stdin=f"{PASSWORD}\n")
    return address


@pytest.fixture
def slug() -> str:
    return f"sample-{uuid4().hex[:8]}"


def test_a_sample_is_loaded_looked_at_and_reset(program: Program, email: str, slug: str) -> None:
    made = program.ask("demo", "load", "--workspace", slug, "--admin", email)
    assert set(made) == {"workspace", "id", "signals", "themes", "projects", "url"}
    assert UUID(made["id"])
    assert (made["workspace"], len(made["projects"])) == (slug, 3)
    assert made["url"].endswith(f"/w/{slug}/board")
    assert program.ask("demo", "load", "--workspace", slug) == made

    themes = program.ask("themes", "list", "--workspace", slug)
    assert len(themes) == made["themes"]
    prd = program.ask("document", "show", made["projects"][0], "prd")
    assert prd["claims"]["total"] == prd["claims"]["cited"]

    fresh = program.ask("demo", "reset", "--workspace", slug)
    assert fresh["id"] != made["id"]
    assert {**fresh, "id": made["id"]} == made


def test_a_real_workspace_is_never_taken_for_a_sample(
    program: Program, email: str, slug: str
) -> None:
    program.ask("workspace", "create", "Acme Apps", "--slug", slug, "--admin", email)
    said = program.refuse("demo", "load", "--workspace", slug, "--admin", email)
    assert said.startswith("not_a_sample: ")
    assert program.refuse("demo", "reset", "--workspace", slug).startswith("not_a_sample: ")


def test_only_a_sample_that_is_there_can_be_reset(program: Program, slug: str) -> None:
    said = program.refuse("demo", "reset", "--workspace", slug)
    assert said.startswith("not_found: ")
    assert "pmflow demo load" in said


def test_a_sample_needs_an_admin_who_is_there(program: Program, slug: str) -> None:
    said = program.refuse("demo", "load", "--workspace", slug, "--admin", "nobody@example.com")
    assert said.startswith("not_found: ")
