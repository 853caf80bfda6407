"""`recipe`: a recipe is shown, edited in a file, saved, published and taken back."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.core.cli.conftest import Program


@pytest.fixture
def slug(program: Program) -> str:
    """A workspace made on the command line."""
    mark = uuid4().hex[:8]
    address = f"{mark}@example.com"
    program.ask("user", "create", "--email", address, "--password-stdin", stdin="tidy-otter-9\n")
    program.ask("workspace", "create", f"Acme {mark}", "--slug", f"ws-{mark}", "--admin", address)
    return f"ws-{mark}"


def test_a_recipe_goes_from_the_screen_through_a_file_into_use_and_back(
    program: Program, slug: str, tmp_path: Path
) -> None:
    here = ("--workspace", slug)
    spec = program.ask("recipe", "show", "discovery", *here)
    file = tmp_path / "discovery.json"
    file.write_text(json.dumps({**spec, "title": "Dig deeper", "notes": "Ask for more"}))

    checked = program.ask("recipe", "check", str(file))
    saved = program.ask("recipe", "save", str(file), *here, "--expect", "1")
    refused = program.refuse("recipe", "save", str(file), *here, "--expect", "1")
    unchanged = program.ask("recipe", "show", "discovery", *here)
    program.ask("recipe", "publish", "discovery", "--version", "2", *here)
    published = program.ask("recipe", "show", "discovery", *here)
    differs = program.ask("recipe", "diff", "discovery", "--from", "1", "--to", "2", *here)
    program.ask("recipe", "rollback", "discovery", "--version", "1", *here)
    versions = program.ask("recipe", "list", "discovery", *here)

    assert checked == {"stage": "discovery", "valid": True}
    assert saved == {"stage": "discovery", "version": 2, "status": "draft"}
    assert refused.startswith("recipe_changed: Version 2")
    assert (unchanged, published["title"]) == (spec, "Dig deeper")
    assert f"title: {spec['title']} → Dig deeper" in differs
    assert [(row["version"], row["current"], row["notes"]) for row in versions] == [
        (2, False, "Ask for more"),
        (1, True, ""),
    ]


def test_a_recipe_may_be_toml_and_every_fault_is_named(
    program: Program, slug: str, tmp_path: Path
) -> None:
    file = tmp_path / "prd.toml"
    file.write_text(
        'stage = "prd"\ntitle = "Short"\nprovider = "oracle"\n'
        '[[steps]]\nkey = "a"\ntitle = "A"\nskill = "dance"\n'
    )

    said = program.run("recipe", "save", str(file), "--workspace", slug)

    assert said.exit_code == 1
    assert "no skill 'dance'" in said.stderr
    assert "no provider 'oracle'" in said.stderr
    file.write_text("stage = ")
    assert "prd.toml cannot be read" in program.refuse("recipe", "check", str(file))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (" " * 1_000_001, "larger than a recipe can be"),
        ("[" * 100_000, "cannot be read"),
        ("[]", "valid dictionary"),
    ],
)
def test_a_file_that_can_be_no_recipe_is_refused(
    program: Program, tmp_path: Path, content: str, words: str
) -> None:
    file = tmp_path / "prd.json"
    file.write_text(content)

    assert words in program.refuse("recipe", "check", str(file))


def test_one_command_automates_a_workspace_and_one_restores_what_ships(
    program: Program, slug: str
) -> None:
    here = ("--workspace", slug)

    made = program.ask("recipe", "automate", *here, "--level", "auto_to_stage", "--to", "prd")
    listed = program.ask("recipe", "list", *here)
    restored = program.ask("recipe", "restore-defaults", "inbox", *here)

    assert len(made) == len(listed)
    assert {(row["level"], row["stop_stage"]) for row in listed} == {("auto_to_stage", "prd")}
    assert (restored["version"], restored["status"]) == (3, "published")
    assert "needs --to" in program.refuse("recipe", "automate", *here, "--level", "auto_to_stage")


def test_a_projects_end_and_history_are_told(program: Program, slug: str) -> None:
    key = program.ask("project", "create", "--workspace", slug, "--name", "Bring it back")["key"]

    refused = program.refuse("project", "ship", key)
    archived = program.ask("project", "archive", key)
    program.ask("project", "reopen", key)
    history = program.ask("project", "history", key)

    assert "keeps it from being shipped" in refused
    assert (archived["status"], archived["owner"]) == ("archived", "Nobody")
    assert [row["outcome"] for row in history] == ["reopened", "archived"]
    assert history[0]["budget"]["project"] == {"cap": "5", "spent": "0", "reserved": "0"}


def test_a_run_that_asks_nothing_cannot_be_answered(program: Program, slug: str) -> None:
    key = program.ask("project", "create", "--workspace", slug, "--name", "Bring it back")["key"]
    run = program.ask("run", "start", key)

    assert run["questions"] == []
    assert "asks nothing now; it is queued" in program.refuse("run", "answer", run["id"], "yes")
