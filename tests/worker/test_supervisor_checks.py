import socket
from pathlib import Path

import pytest

from pmflow_core.settings import Settings
from worker.checks import database_faults, faults, port_fault, redis_faults
from worker.supervisor import is_ready, up


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_port_in_use_is_one_line_that_names_the_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings = Settings(data_dir=tmp_path, port=port)
        assert up(settings, demo=False) == 1
    said = capsys.readouterr()
    assert said.err == (
        f"Port {port} is in use; stop what uses it, or choose another one:"
        f" pmflow up --port {port + 1}\n"
    )
    assert said.out == ""


def test_a_free_port_has_no_fault_and_nothing_is_ready_there():
    port = free_port()
    assert port_fault("127.0.0.1", port) is None
    assert port_fault("0.0.0.0", port) is None  # noqa: S104
    assert not is_ready("0.0.0.0", port)  # noqa: S104


def test_servers_that_do_not_answer_are_told_without_their_passwords():
    port = free_port()
    [database] = database_faults(f"postgresql+psycopg://u:hidden@127.0.0.1:{port}/d")
    [redis] = redis_faults(f"redis://:hidden@127.0.0.1:{port}/0")
    assert database.startswith("DATABASE_URL cannot be used: ")
    assert redis.startswith("REDIS_URL cannot be used: ")
    assert "hidden" not in database + redis
    assert "\n" not in database + redis


def test_all_faults_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    port = free_port()
    monkeypatch.setenv("DATABASE_URL", f"postgresql://u@127.0.0.1:{port}/d")
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/0")
    (tmp_path / "file").touch()
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = Settings(data_dir=tmp_path / "file" / "in", port=server.getsockname()[1])
        found = faults(settings)
    assert [line.split()[0] for line in found] == ["Port", "The", "DATABASE_URL", "REDIS_URL"]
