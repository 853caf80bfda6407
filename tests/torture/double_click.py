"""Campaign: twenty people press the same button at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from pmflow_core.db.transaction import transaction
from pmflow_core.runs import service as runs
from pmflow_core.runs.service import RunAlreadyOpen
from tests.torture.campaign import Campaign, Result
from tests.torture.history import Accepted
from tests.torture.house import House
from tests.torture.workload import open_office, recipe, working

CLICKS = 20


def double_clicked(house: House, n: int) -> Result:
    """Request a run twenty times at once, `n` times over; one is accepted each time."""
    campaign = Campaign("double-click", house, seed=51)
    office = open_office([recipe(working(1))], 1)
    campaign.offices.append(office)
    broken: list[str] = []
    with ThreadPoolExecutor(CLICKS) as people:
        for _ in range(n):
            accepted = _click(people, lambda: office.request(office.projects[0]))
            if len(accepted) != 1:
                broken.append(f"{len(accepted)} of {CLICKS} requests were accepted")
            for run_id in accepted:
                campaign.accepted.append(Accepted(run_id, ("cancelled",)))
                with transaction(office.id) as session:
                    runs.cancel(session, office.actor, UUID(run_id))
    result = campaign.judge(n)
    result.violations.extend(broken)
    return result


def _click(people: ThreadPoolExecutor, request: Callable[[], str]) -> list[str]:
    """Have everybody ask at once; return what was accepted."""
    together = threading.Barrier(CLICKS)

    def one() -> str | None:
        together.wait()
        try:
            return request()
        except RunAlreadyOpen:
            return None

    answers = [people.submit(one) for _ in range(CLICKS)]
    return [run_id for answer in answers if (run_id := answer.result()) is not None]
