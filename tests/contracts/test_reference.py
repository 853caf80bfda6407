"""The committed reference is what the code says."""

import shutil
from pathlib import Path

import pytest

from docs import generate
from docs.generator import cli, errors


@pytest.mark.parametrize("name", generate.PAGES)
def test_the_page_is_what_the_code_says(name: str) -> None:
    committed = (generate.REFERENCE / name).read_text(encoding="utf-8")
    assert committed == generate.PAGES[name](), "run: make docs"


def test_a_page_that_lags_behind_fails_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(generate.REFERENCE, tmp_path, dirs_exist_ok=True)
    with (tmp_path / "cli.md").open("a") as file:
        file.write("## `pmflow nonsense`\n")
    (tmp_path / "jobs.md").unlink()
    assert generate.main(["--check"], tmp_path) == 1
    said = capsys.readouterr().err
    assert "docs/reference/cli.md is not what the code says; run: make docs" in said
    assert "docs/reference/jobs.md" in said
    assert "docs/reference/settings.md" not in said


def test_writing_the_pages_makes_the_check_pass(tmp_path: Path) -> None:
    assert generate.main([], tmp_path / "reference") == 0
    assert generate.main(["--check"], tmp_path / "reference") == 0


def test_every_command_and_every_error_was_found() -> None:
    typed = {path for path, _ in cli.commands()}
    assert {"pmflow up", "pmflow signals import", "pmflow run start"} <= typed
    codes = {each.code for each in errors.classes()}
    assert {"lease_lost", "frontend_not_built", "run_already_open"} <= codes
