import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from pmflow_core.embedded import guard, processes
from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.embedded.server import EmbeddedServer

pytestmark = pytest.mark.processes

HOLDER = """
import sys, time
from pathlib import Path
from pmflow_core.embedded.postgres import start_postgres
server = start_postgres(Path(sys.argv[1]))
print(server.url, flush=True)
sys.stdin.read()
server.stop()
"""


def connect(server: EmbeddedServer) -> psycopg.Connection:
    return psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True)


def gone(target: processes.Target, patience_s: float = 10) -> bool:
    deadline = time.monotonic() + patience_s
    while processes.find(target) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def holder(data_dir: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(guard.__file__).parents[2])},
    )


def test_the_server_starts_stops_and_keeps_its_url_and_its_secret(data_dir: Path):
    server = start_postgres(data_dir)
    try:
        assert server.alive()
        with connect(server) as connection:
            shown = connection.execute(
                "SELECT current_setting('listen_addresses'), current_setting('server_encoding'),"
                " current_setting('fsync'), (SELECT count(*) FROM pg_available_extensions"
                " WHERE name IN ('vector', 'pg_trgm', 'unaccent'))"
            ).fetchone()
            assert shown == ("127.0.0.1", "UTF8", "on", 3)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.url.replace("+psycopg", "").replace("//pmflow:", "//pmflow:x"))
        home = Path(server.target.folder).parent
        assert (home / "pg18.password").stat().st_mode & 0o777 == 0o600
        assert (home / "pg18").stat().st_mode & 0o777 == 0o700
        hba = (home / "pg18" / "pg_hba.conf").read_text()
        assert not [line for line in hba.splitlines() if line.endswith("trust")]
    finally:
        server.stop()
    assert processes.find(server.target) is None
    assert processes.unused(guard.guard_path(Path(server.target.folder)))
    server.stop()

    again = start_postgres(data_dir)
    again.stop()
    assert again.url == server.url


def test_of_six_simultaneous_starters_one_starts_and_the_last_one_out_stops(data_dir: Path):
    with ThreadPoolExecutor(6) as pool:
        started = list(pool.map(lambda _: start_postgres(data_dir), range(6)))
    assert len({(server.pid, server.url) for server in started}) == 1
    for server in started[:-1]:
        server.stop()
    assert started[-1].alive()
    with connect(started[-1]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    started[-1].stop()
    assert not started[-1].alive()


def test_after_kill_9_every_acknowledged_row_is_found_at_the_same_url(data_dir: Path):
    with ExitStack() as stack:
        server = start_postgres(data_dir)
        stack.callback(server.stop)
        acknowledged = 0
        with connect(server) as connection:
            connection.execute("CREATE TABLE kept (n int)")
            for n in range(200):
                connection.execute("INSERT INTO kept VALUES (%s)", [n])
                acknowledged += 1
            os.kill(server.pid, signal.SIGKILL)
        again = start_postgres(data_dir)
        stack.callback(again.stop)
        assert again.url == server.url
        assert again.pid != server.pid
        with connect(again) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (acknowledged,)


def test_a_foreign_process_under_the_remembered_id_or_port_does_not_stop_the_start(
    data_dir: Path,
):
    first = start_postgres(data_dir)
    folder = Path(first.target.folder)
    first.stop()
    # as after a reboot: the id in the lock file is alive and somebody else's
    (folder / "postmaster.pid").write_text(f"{os.getppid()}\n{folder}\n")
    (folder / f".s.PGSQL.{first.port}.lock").write_text(f"{os.getppid()}\n")
    with listening_on(first.port):
        second = start_postgres(data_dir)
    second.stop()
    assert second.port != first.port


def listening_on(port: int) -> socket.socket:
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", port))
    taken.listen()
    return taken


def test_the_guard_stops_the_server_when_its_only_user_is_killed(data_dir: Path):
    process = holder(data_dir)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql+psycopg://")
        server = start_postgres(data_dir)
        process.kill()
        process.wait()
        assert server.alive()
        time.sleep(0.2)
        assert server.alive(), "the guard stopped a server that we use"
        target = server.target
        server.stop()
    assert gone(target)
    process = holder(data_dir)
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        assert processes.find(target) is not None
        process.kill()
    assert gone(target)
