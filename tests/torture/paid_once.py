"""Campaign: runs that pay for their steps die around their calls; each call is made once."""

import queue
import re
import time
from collections.abc import Iterator
from uuid import UUID

from pmflow_core import plugins
from pmflow_core.recipes.spec import StepSpec
from pmflow_core.runs.crashpoints import CRASH_POINTS
from pmflow_core.settings import Settings
from tests.fakes import anthropic_server
from tests.fakes.vendor_server import Received, Reply, VendorServer
from tests.torture.campaign import PATIENCE_S, Campaign, Result
from tests.torture.checker import WHILE_ANSWERING
from tests.torture.history import History, Sent
from tests.torture.house import House, Workers
from tests.torture.kills import crash_once
from tests.torture.steps import PLUGIN
from tests.torture.workload import open_office, recipe

PIECES = ("# Research\n\n## Key Insights\n\n", "- A vendor wrote ", "this [S-1].\n")
STEPS = 3
_PROJECT = re.compile(r"Project ([0-9a-f-]{36} \d+)")
_STEP = re.compile(r"torture of (step_\d)")


class Vendor:
    """An Anthropic-shaped server that knows who asks, and may be told to say when it answers."""

    def __init__(self) -> None:
        self.server = VendorServer((), self._think)
        self.asked: list[tuple[str, str, bool, float]] = []
        self.deadly: set[str] = set()
        self.answering: queue.Queue[str] = queue.Queue()

    def _think(self, received: Received) -> Reply:
        told = str(received.body)
        project, step = _PROJECT.search(told), _STEP.search(told)
        if project is None or step is None:
            raise ValueError("A request of nobody's.")
        dies = project[1] in self.deadly
        self.deadly.discard(project[1])
        self.asked.append((project[1], step[1], not dies, time.time()))
        if dies:
            self.answering.put(project[1])
        return Reply(chunks=anthropic_server.message(PIECES), pause_s=0.5 if dies else 0.005)


def paid_once(house: House, n: int) -> Result:
    """Have a process die `n` times at each boundary of a paid run, and `n` times in an answer."""
    campaign = Campaign("paid-once", house, seed=71)
    vendor = Vendor()
    with vendor.server:
        settings = {"ANTHROPIC_API_KEY": "torture", "ANTHROPIC_BASE_URL": vendor.server.url}
        _plug(vendor.server.url)
        try:
            places = [*CRASH_POINTS, ""]
            # Some runs end before they are hit and want another project each.
            office = open_office([recipe(tuple(_steps()), provider="anthropic")], n * 20)
            campaign.offices.append(office)
            projects = iter(office.projects)
            for point in places:
                armed = house.folder / "armed"
                crash = {"PMFLOW_CRASH_POINT": point, "PMFLOW_CRASH_FILE": str(armed)}
                with Workers(house, 1, scheduler=False, **settings, **crash) as workers:
                    for _ in range(n):
                        if point:
                            crash_once(campaign, projects, point, armed)
                        else:
                            _die_in_answer(campaign, workers, vendor, projects)
        finally:
            plugins.load(Settings(plugin_modules=[PLUGIN]))
    return campaign.judge(n * len(places), _sent(campaign, vendor))


def _plug(url: str) -> None:
    """Have this process know the vendor, as the web would."""
    named = {"ANTHROPIC_API_KEY": "torture", "ANTHROPIC_BASE_URL": url}
    plugins.load(Settings.model_validate({"plugin_modules": [PLUGIN], **named}))


def _steps() -> Iterator[StepSpec]:
    for number in range(1, STEPS + 1):
        key = f"step_{number}"
        yield StepSpec(
            key=key,
            title=key,
            skill="generate_document",
            params={
                "template": "research",
                "instructions": f"torture of {key}",
                "max_tokens": 256,
            },
        )


def _die_in_answer(
    campaign: Campaign, workers: Workers, vendor: Vendor, projects: Iterator[UUID]
) -> None:
    """Kill the work-horse of a run while the first answer comes in, and wait for its end."""
    project = next(projects)
    name = f"{campaign.offices[-1].id} {campaign.offices[-1].projects.index(project)}"
    vendor.deadly.add(name)
    run_id = campaign.offices[-1].request(project)
    campaign.accept(run_id)
    vendor.answering.get(timeout=PATIENCE_S)
    time.sleep(campaign.nemesis.random.uniform(0, 0.5))
    campaign.nemesis.kill_horse_of(workers, run_id, WHILE_ANSWERING)
    campaign.wait()


def _sent(campaign: Campaign, vendor: Vendor) -> History:
    """Return a history of who was asked what; each project had one run."""
    office = campaign.offices[-1]
    statement = "select project_id, id::text from stage_runs where workspace_id = %s"
    runs = dict(campaign.house.rows(statement, office.id))
    names = {f"{office.id} {place}": runs.get(p) for place, p in enumerate(office.projects)}
    return History(
        sent=[
            Sent(str(names[project]), step, "anthropic", whole, at)
            for project, step, whole, at in vendor.asked
        ]
    )
