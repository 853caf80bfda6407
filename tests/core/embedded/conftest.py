import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def _memory() -> str | None:
    """Return the memory disk where it is large enough: fsync on a busy disk takes seconds."""
    shm = Path("/dev/shm")  # noqa: S108 mkdtemp makes the name
    return str(shm) if shm.is_dir() and shutil.disk_usage(shm).free > 500_000_000 else None


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A short folder that the account root demotes to can reach."""
    folder = Path(tempfile.mkdtemp(prefix="pmflow-", dir=_memory()))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("demotion needs root")
