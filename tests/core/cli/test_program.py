"""The frame: every command is there, answers in one document, and fails in one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from pmflow_core.cli.program import COMMANDS, app
from tests.core.cli.conftest import Program

ROOT = Path(__file__).parents[3]


def paths() -> list[tuple[str, ...]]:
    """Return every command and group, as one types them."""
    found: list[tuple[str, ...]] = []
    waiting = [((), get_command(app))]
    while waiting:
        path, command = waiting.pop()
        found.append(path)
        if isinstance(command, TyperGroup):
            for name in command.list_commands(None):
                child = command.get_command(None, name)
                assert child is not None
                waiting.append(((*path, name), child))
    return sorted(found)


def test_every_listed_command_exists() -> None:
    assert {path[0] for path in paths() if path} == {name for name, _, _ in COMMANDS}


@pytest.mark.parametrize("path", paths(), ids=" ".join)
def test_every_command_has_help(program: Program, path: tuple[str, ...]) -> None:
    result = program.run(*path, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


@pytest.mark.parametrize("arguments", [["nonsense"], ["db", "nonsense"], ["db", "current", "--x"]])
def test_a_mistyped_command_is_usage_on_stderr(program: Program, arguments: list[str]) -> None:
    result = program.run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage:" in result.stderr


def test_a_database_that_does_not_answer_is_one_line(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    for command in (["db", "current"], ["apikey", "create", "--workspace=x", "--role=viewer"]):
        said = program.refuse(*command)
        assert said.startswith("unavailable: PostgreSQL does not answer: ")
        assert "\n" not in said


def test_wrong_settings_are_all_named_as_in_the_environment(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PMFLOW_PORT", "99999")
    monkeypatch.setenv("DATABASE_URL", "mysql://x")
    said = program.refuse("db", "current")
    assert said.startswith("bad_settings: ")
    assert "PMFLOW_PORT: " in said
    assert "  DATABASE_URL: " in said


@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("up --port 9001 --workers 3 --demo", "up --demo port=9001 workers=3"),
        ("web", "web port=None workers=None"),
        ("worker -n 4", "workers -n 4 port=None workers=None"),
        ("scheduler", "scheduler port=None workers=None"),
    ],
)
def test_a_role_becomes_the_worker_package(tmp_path: Path, typed: str, becomes: str) -> None:
    package = tmp_path / "worker"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(
        "import os, sys\n"
        "print(*sys.argv[1:], f\"port={os.environ.get('PMFLOW_PORT')}\","
        " f\"workers={os.environ.get('PMFLOW_WORKERS')}\")\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PMFLOW_")}
    done = subprocess.run(
        [sys.executable, "-c", "from pmflow_core.cli import main; main()", *typed.split()],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == becomes
