import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from pmflow_core.embedded import processes
from pmflow_core.embedded.servers import ServerUrls
from pmflow_core.settings import Settings
from worker.children import Child, Command, how_it_ended, pause_s
from worker.supervisor import Stop, Voice, child_commands, child_environment, supervise

ROOT = Path(__file__).parents[2]

SUPERVISOR = """
import os, sys
from rich.console import Console
from worker.children import Child, Command
from worker.supervisor import Stop, Voice, supervise
stop, say = Stop(), Voice(Console())
code = sys.argv[1]
children = [
    Child(Command(f"fake-{n}", (sys.executable, "-S", "-u", "-c", code)), os.environ, say)
    for n in (1, 2)
]
with stop.listening():
    supervise(children, stop, say, lambda now: None)
print("end", flush=True)
"""
GRANDCHILD = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen(['sleep', '300'], process_group=0)\n"
    "print('pid', child.pid, flush=True)\n"
    "time.sleep(300)\n"
)


def settings(**given: object) -> Settings:
    return Settings().model_copy(update=given)


def runs(pid: int) -> bool:
    return bool(processes.command_line(pid))


def wait_until(claim, patience_s: float = 8) -> bool:
    deadline = time.monotonic() + patience_s
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(claim())


@pytest.fixture
def supervisor() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, GRANDCHILD],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


def children_of(process: subprocess.Popen[str]) -> list[int]:
    """Read the output until both fakes have said who their child is; return all four ids."""
    assert process.stdout is not None
    found = []
    while len(found) < 2:
        if match := re.search(r"fake-[12] +│ pid (\d+)", process.stdout.readline()):
            found.append(int(match[1]))
    return found + [os.getsid(pid) for pid in found]


def test_one_command_per_role_and_as_many_workers_as_set():
    commands = child_commands(settings(workers=3))
    assert [command.name for command in commands] == [
        "web",
        "worker-1",
        "worker-2",
        "worker-3",
        "scheduler",
    ]
    assert commands[0].arguments == (sys.executable, "-m", "worker", "web")


def test_children_are_told_the_servers_and_what_up_was_told(tmp_path: Path):
    environment = child_environment(
        settings(port=9123, data_dir=tmp_path), ServerUrls("postgresql://d", "redis://r")
    )
    assert environment["DATABASE_URL"] == "postgresql://d"
    assert environment["REDIS_URL"] == "redis://r"
    assert environment["PMFLOW_PORT"] == "9123"
    assert environment["PMFLOW_DATA_DIR"] == str(tmp_path)


def test_the_pause_before_a_start_doubles_up_to_half_a_minute():
    assert [pause_s(n) for n in (0, 1, 2, 3, 20)] == [0.5, 1, 2, 4, 30]
    assert how_it_ended(3) == "ended with code 3"
    assert how_it_ended(-9) == "was killed by SIGKILL"


def test_a_crashed_child_is_started_again_with_longer_pauses_and_that_is_said():
    output = io.StringIO()
    stop = Stop()
    code = "import sys; print('\\x1b[31mhere[/] I am'); sys.exit(3)"
    child = Child(
        Command("faulty", (sys.executable, "-S", "-c", code)),
        os.environ,
        Voice(Console(file=output, width=40)),
    )

    def enough(_now: float) -> None:
        if "again in 1 s" in output.getvalue():
            stop.event.set()

    supervise([child], stop, Voice(Console(file=output, width=200)), enough)
    lines = output.getvalue().splitlines()
    assert "faulty    │ here[/] I am" in lines
    assert lines.count("faulty    │ here[/] I am") == 2
    assert "pmflow    │ faulty ended with code 3; starting it again in 0.5 s." in lines


def test_a_command_that_runs_once_is_not_started_again():
    output = io.StringIO()
    say = Voice(Console(file=output, width=200))
    child = Child(
        Command("demo", (sys.executable, "-S", "-c", "print('done')"), kept=False), os.environ, say
    )
    stop = Stop()
    threading.Timer(1.2, stop.event.set).start()
    supervise([child], stop, say, lambda _now: None)
    assert output.getvalue().count("done") == 1


def test_sigterm_leaves_no_process(supervisor: subprocess.Popen[str]):
    pids = children_of(supervisor)
    supervisor.terminate()
    assert supervisor.wait(10) == 0
    assert not [pid for pid in pids if runs(pid)]
    assert supervisor.stdout is not None
    assert "end\n" in supervisor.stdout.read()


def test_a_killed_child_takes_its_own_children_along(supervisor: subprocess.Popen[str]):
    grandchild, _, leader, _ = children_of(supervisor)
    os.kill(leader, signal.SIGKILL)
    assert wait_until(lambda: not runs(grandchild))
    assert supervisor.poll() is None


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells only on Linux")
def test_a_killed_supervisor_takes_its_children_along(supervisor: subprocess.Popen[str]):
    pids = children_of(supervisor)
    supervisor.kill()
    assert wait_until(lambda: not any(runs(pid) for pid in pids[2:]))
    for pid in pids[:2]:
        os.kill(pid, signal.SIGKILL)


def test_a_child_that_ignores_sigterm_is_killed_by_a_second_signal():
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(300)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        while "deaf" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        while "Stopping" not in process.stdout.readline():
            pass
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0


def test_a_held_child_starts_only_when_it_is_released():
    child = Child(Command("late", ("true",), kept=False), {}, lambda *_: None)
    child.hold()
    child.tend(1.0)
    assert child.pid is None

    child.release()
    child.tend(2.0)
    assert child.pid is not None
    child.kill()
