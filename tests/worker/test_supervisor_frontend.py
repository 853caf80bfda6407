import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pmflow_core.settings import Settings
from worker.frontend import OUTPUT, FrontendNotBuilt, build_environment, ensure_frontend

BUILD = (
    "import pathlib, time; time.sleep(.1);"
    f"pathlib.Path('{OUTPUT}').mkdir(parents=True, exist_ok=True);"
    "open('builds', 'a').write('x'); open('reflex.lock/file', 'a').write(' ')"
)
COMMAND = (sys.executable, "-S", "-c", BUILD)


def settings(**given: object) -> Settings:
    return Settings().model_copy(update=given)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in ("pmflow_ui", "assets", "reflex.lock"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("1")
    (tmp_path / "rxconfig.py").touch()
    return tmp_path


def builds(clone: Path) -> int:
    return len((clone / "builds").read_text())


def test_the_frontend_is_built_once_and_again_only_when_something_changed(clone: Path):
    said: list[str] = []

    def ensure(**given: object) -> bool:
        return ensure_frontend(settings(**given), said.append, clone, COMMAND)

    assert ensure()
    assert not ensure()
    assert len(said) == 2
    for change in ("pmflow_ui/file", "assets/file", "reflex.lock/file", "rxconfig.py"):
        (clone / change).write_text("2")
        assert ensure(), change
    assert ensure(public_url="https://pm.example.com")
    assert not ensure(public_url="https://pm.example.com")
    (clone / "pmflow_ui/__pycache__").mkdir()
    (clone / "pmflow_ui/__pycache__/x.pyc").touch()
    assert not ensure(public_url="https://pm.example.com")
    assert builds(clone) == 6


def test_two_processes_do_not_build_at_once(clone: Path):
    with ThreadPoolExecutor(3) as pool:
        built = list(
            pool.map(
                lambda _: ensure_frontend(settings(), lambda _line: None, clone, COMMAND), range(3)
            )
        )
    assert sorted(built) == [False, False, True]
    assert builds(clone) == 1


def test_a_failed_build_says_what_it_printed_last_and_is_tried_again(clone: Path):
    code = "open('reflex.lock/file', 'w').write('half'); print('no bun here'); raise SystemExit(7)"
    failing = (sys.executable, "-S", "-c", code)
    with pytest.raises(FrontendNotBuilt, match=r"code 7\):\nno bun here"):
        ensure_frontend(settings(), lambda _line: None, clone, failing)
    assert (clone / "reflex.lock/file").read_text() == "1"
    assert ensure_frontend(settings(), lambda _line: None, clone, COMMAND)


def test_the_build_finds_bun_and_calls_nobody():
    environment = build_environment(settings(port=9001))
    assert environment["PATH"].split(":")[0] == str(Path(sys.executable).parent)
    assert environment["REFLEX_TELEMETRY_ENABLED"] == "false"
    assert environment["REFLEX_CHECK_LATEST_VERSION"] == "false"
    assert environment["PMFLOW_PORT"] == "9001"
