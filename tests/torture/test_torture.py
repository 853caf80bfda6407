"""The small tier: each kind of harm a few times, each time; `make torture` is the full one."""

from pathlib import Path

import pytest

from tests.torture.campaigns import CAMPAIGNS
from tests.torture.house import House

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_no_promise_is_broken(house: House, tmp_path: Path, name: str) -> None:
    plan = CAMPAIGNS[name]

    result = plan.run(house, plan.small)

    assert result.history is not None
    result.history.save(tmp_path / "history.json")
    assert result.violations == [], f"kept in {tmp_path}, workers said: {house.log.read_text()}"
    assert result.n > 0
