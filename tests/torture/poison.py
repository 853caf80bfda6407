"""Campaign: steps that take their process along, five kinds, beside others that are well."""

import time
from collections.abc import Sequence
from statistics import median

from pmflow_core.recipes.spec import StepSpec
from tests.torture.campaign import PATIENCE_S, Campaign, Result
from tests.torture.history import Accepted
from tests.torture.house import House, Workers
from tests.torture.steps import POISONS
from tests.torture.workload import (
    Office,
    open_office,
    recipe,
    unfinished,
    wait_for_the_end,
    working,
)

LEAST_THROUGHPUT = 0.9
# What others ask for: about a third of what the workers could do.
PACE_S = 0.5
AT_ONCE = 4


def poisoned(house: House, n: int, kinds: Sequence[str] = POISONS) -> Result:
    """Request `n` runs of each kind of poison, a few at a time, beside a steady flow of others.

    The same flow is timed without poison before and after; one that is short is only reported.
    """
    others = 20 if n > 1 else 6
    campaign = Campaign("poison", house, seed=41)
    healthy = open_office([recipe(working(3, 0.05))], others)
    wards = [open_office([recipe(_steps(kind))], n) for kind in kinds]
    campaign.offices.extend([healthy, *wards])
    alone, beside = [], []
    with Workers(house, AT_ONCE + 2):
        alone.append(_flow(campaign, healthy))
        for ward in wards:
            waiting = list(ward.projects)
            while waiting or unfinished(house, [ward]):
                while waiting and unfinished(house, [ward]) < AT_ONCE:
                    run_id = ward.request(waiting.pop())
                    campaign.accepted.append(Accepted(run_id, ("failed",), poisoned=True))
                beside.append(_flow(campaign, healthy))
        alone.append(_flow(campaign, healthy))
    result = campaign.judge(n * len(kinds))
    share = median(alone) / median(beside)
    result.notes["throughput of others"] = share
    if n > 1 and share < LEAST_THROUGHPUT:
        result.violations.append(f"others kept {share:.0%} of their throughput")
    return result


def _flow(campaign: Campaign, office: Office) -> float:
    """Request a run of each project at a steady pace; return the seconds until all had ended."""
    began = time.monotonic()
    for number, project in enumerate(office.projects):
        time.sleep(max(0.0, began + number * PACE_S - time.monotonic()))
        campaign.accept(office.request(project))
    wait_for_the_end(campaign.house, [office], PATIENCE_S)
    return time.monotonic() - began


def _steps(kind: str) -> tuple[StepSpec, ...]:
    bad = StepSpec(
        key="bad",
        title="Bad",
        skill="torture_poison",
        params={"key": "bad", "kind": kind},
        timeout_s=1,
    )
    return (*working(1), bad)
