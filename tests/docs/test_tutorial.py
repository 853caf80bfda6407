"""The commands of the tutorial do what it says, with real servers and a real worker."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.migrations import run as migrations

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial" / "first-prd.md"
_TESTED = re.compile(r"<!-- tested -->\n```sh\n(.*?)```\n", re.DOTALL)
_ENDING = re.compile(r"ends so [^\n]*\n\n```\n(.*?)```\n", re.DOTALL)
WORKER_PATIENCE_S = 60


@pytest.fixture
def environment(make_server_folder: Callable[[], Path]) -> dict[str, str]:
    """A data folder of its own, `pmflow` on the path, and no settings of who runs the tests."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PMFLOW_")}
    for name in ("DATABASE_URL", "REDIS_URL"):
        ours.pop(name, None)
    binaries = Path(sys.executable).parent
    return {
        **ours,
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "PMFLOW_DATA_DIR": str(make_server_folder()),
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def worker(environment: Mapping[str, str], tmp_path: Path) -> Iterator[None]:
    """A worker that is alive, and the servers held for it, as under `make up`."""
    server = start_postgres(Path(environment["PMFLOW_DATA_DIR"]))
    migrations.upgrade(server.url)
    command = [sys.executable, "-m", "worker", "worker"]
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    try:
        _wait_for_a_heartbeat(server.url, tmp_path / "worker.log")
        yield
    finally:
        try:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=40)
        finally:
            process.kill()
            process.wait()
            server.stop()


def _wait_for_a_heartbeat(url: str, log: Path) -> None:
    engine = create_engine(url, poolclass=NullPool)
    deadline = time.monotonic() + WORKER_PATIENCE_S
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            if connection.scalar(text("select count(*) from worker_heartbeats")):
                return
        time.sleep(0.2)
    pytest.fail(log.read_text())


@pytest.mark.processes
@pytest.mark.usefixtures("worker")
def test_the_commands_lead_to_a_prd_with_evidence(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    script = "set -euo pipefail\n" + "\n".join(_TESTED.findall(page))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "36 new signals, 0 known ones, 0 refused.\n" in done.stdout
    ending = _ENDING.findall(page)[0]
    assert _without_numbers(ending) in _without_numbers(done.stdout)
    assert "# Product requirements" in done.stdout
    assert done.stdout.rstrip().endswith(
        "Next: Read the documents and approve the move to Design (Any editor)."
    )


def _without_numbers(words: str) -> str:
    return re.sub(r"\d+", "n", words)


def test_the_page_shows_what_the_test_reads() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(_TESTED.findall(page)) >= 6
    assert len(_ENDING.findall(page)) == 1
