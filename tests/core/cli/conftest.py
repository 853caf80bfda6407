"""Running `pmflow` inside the test process, on the test's database."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import make_url
from typer.testing import CliRunner, Result

from pmflow_core.cli.program import app
from pmflow_core.settings import get_settings

NOBODY = "redis://127.0.0.1:1/0"


@dataclass(frozen=True)
class Program:
    """The command line, as a person or a program uses it."""

    runner: CliRunner

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        """Run a command."""
        get_settings.cache_clear()
        return self.runner.invoke(app, list(arguments), input=stdin)

    def ask(self, *arguments: str, stdin: str | None = None) -> Any:
        """Run a command with --json and return the one document on stdout."""
        result = self.run(*arguments, "--json", stdin=stdin)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def refuse(self, *arguments: str, stdin: str | None = None) -> str:
        """Run a command that must fail, and return the one line it says."""
        result = self.run(*arguments, "--json", stdin=stdin)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "Traceback" not in result.stderr
        return result.stderr.strip()


@pytest.fixture
def program(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Program]:
    """`pmflow` with the test's database, no Redis, and a data folder of its own."""
    url = make_url(database_url).render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("REDIS_URL", NOBODY)
    monkeypatch.setenv("PMFLOW_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield Program(CliRunner())
    get_settings.cache_clear()
    # The program logs to its own stderr, which ends with the test.
    structlog.reset_defaults()
