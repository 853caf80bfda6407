"""`db`, `config` and `doctor`."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from pmflow_core.cli.config import environment_name
from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.migrations import run as migrations
from pmflow_core.settings import Settings
from tests.core.cli.conftest import Program


def test_upgrading_says_from_where_to_where(program: Program) -> None:
    head = migrations.head()
    assert program.ask("db", "upgrade") == {"from": head, "to": head}
    assert head in program.run("db", "upgrade").stdout


def test_current_says_whether_the_database_is_at_the_newest_revision(program: Program) -> None:
    head = migrations.head()
    assert program.ask("db", "current") == {"current": head, "head": head, "is_newest": True}
    assert program.run("db", "current").stdout == f"{head} (the newest)\n"


def test_check_finds_the_tables_to_be_those_of_the_program(program: Program) -> None:
    assert program.ask("db", "check") == {"ok": True, "head": migrations.head()}


def test_check_names_what_differs(program: Program, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(text("alter table users add column planted text"))
    try:
        said = program.refuse("db", "check")
    finally:
        with database.begin() as connection:
            connection.execute(text("alter table users drop column planted"))
    assert said.startswith("tables_differ: ")
    assert "planted" in said


def test_config_check_lists_every_setting_and_hides_the_secrets(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PMFLOW_SECRET_KEY", "tidy-otter-9")
    monkeypatch.setenv("PMFLOW_PORT", "9001")
    result = program.run("config", "check", "--json")
    assert "tidy-otter-9" not in result.stdout
    assert "127.0.0.1:1" not in result.stdout
    settings = json.loads(result.stdout)["settings"]
    assert set(settings) == {environment_name(field) for field in Settings.model_fields}
    assert settings["PMFLOW_PORT"] == 9001
    assert settings["PMFLOW_DATA_DIR"] == str(tmp_path)
    assert settings["DATABASE_URL"] == settings["PMFLOW_SECRET_KEY"] == "(set)"


def test_config_check_lists_every_fault_at_once(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PMFLOW_PORT", "0")
    monkeypatch.setenv("PMFLOW_WORKERS", "many")
    result = program.run("config", "check", "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert [line.partition(":")[0] for line in document["errors"]] == [
        "PMFLOW_PORT",
        "PMFLOW_WORKERS",
    ]
    assert program.run("config", "check").stdout == ""


def test_the_doctor_says_what_is_wrong_and_what_to_do(program: Program) -> None:
    result = program.run("doctor", "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    checks = {check["name"]: check for check in document["checks"]}
    assert document["ok"] is False
    assert list(checks) == [
        "python", "data_dir", "disk", "database", "pgvector", "migrations", "workers", "redis",
        "model", "frontend",
    ]  # fmt: skip
    healthy = ("python", "data_dir", "disk", "database", "pgvector", "migrations", "model")
    assert [name for name in healthy if not checks[name]["ok"]] == []
    assert not checks["redis"]["ok"]
    assert "REDIS_URL" in checks["redis"]["remedy"]
    assert "FAIL  redis" in program.run("doctor").stdout


def test_the_doctor_counts_workers_that_spoke_lately(program: Program, database: Engine) -> None:
    name = f"test-{uuid7()}"
    add = text(
        "insert into worker_heartbeats (id, created_at, name, role, host, pid, seen_at)"
        " values (:id, :now, :name, 'worker', 'here', 1, :now)"
    )
    with database.begin() as connection:
        connection.execute(add, {"id": uuid7(), "now": utcnow(), "name": name})
    try:
        document = json.loads(program.run("doctor", "--json").stdout)
    finally:
        with database.begin() as connection:
            connection.execute(
                text("delete from worker_heartbeats where name = :name"), {"name": name}
            )
    assert next(check for check in document["checks"] if check["name"] == "workers")["ok"]


def test_the_doctor_lives_through_a_database_that_does_not_answer(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    result = program.run("doctor", "--json")
    assert result.exit_code == 1
    checks = {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    assert not checks["database"]["ok"]
    assert "DATABASE_URL" in checks["database"]["remedy"]
    assert "migrations" not in checks
