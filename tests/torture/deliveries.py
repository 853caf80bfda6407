"""Campaign: webhooks come several times, in no order and at once, while workers are killed."""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import enter_workspace, transaction
from pmflow_core.intake.receiving import Delivery, receive_anywhere
from pmflow_core.integrations import service as endpoints
from pmflow_core.integrations.models import EndpointKind
from pmflow_core.integrations.schemas import EndpointIn
from pmflow_core.integrations.signatures import sign
from tests.torture.campaign import PATIENCE_S, Campaign, Result
from tests.torture.history import Delivered, Event, History, Taken
from tests.torture.house import House, Workers, horse_of, kill
from tests.torture.workload import open_office

KEYS = (b"the installation's key",)
SENDERS = 8
MOST_TIMES = 5
FEWEST_KILLS = 4
MESSAGES_PER_KILL = 20
PAUSE_S = 0.02
"""Between two deliveries of one sender, so that there is time for harm."""
TAKEN = """select source_ref, verbatim from signals
    where workspace_id = %s and source = 'webhook'"""
EVENTS = "select delivery_id, status from raw_events where workspace_id = %s"


@dataclass(frozen=True)
class Feed:
    """A program that sends feedback to one endpoint, signed."""

    endpoint_id: UUID
    secret: str

    def send(self, number: int) -> None:
        """Deliver a message as the web process takes it; returns when it is acknowledged."""
        body = json.dumps({"text": f"message {number}", "source_ref": f"ref-{number}"}).encode()
        name, now = f"delivery-{number}", int(utcnow().timestamp())
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(self.secret, name, now, body),
        }
        with transaction(None) as session:
            receive_anywhere(
                session,
                enter_workspace,
                EndpointKind.SIGNALS,
                self.endpoint_id,
                Delivery(headers, body),
                KEYS,
            )
        time.sleep(PAUSE_S)


def delivered(house: House, n: int) -> Result:
    """Deliver `n` messages one to five times each; kill a worker every few seconds.

    There is an end to the killing, as on a busy machine it can outpace the workers' start.
    """
    campaign = Campaign("delivery", house, seed=61)
    chance = campaign.nemesis.random
    office = open_office([], 1)
    feed = _open_feed(office.actor)
    times = [chance.randint(1, MOST_TIMES) for _ in range(n)]
    letters = [number for number, count in enumerate(times) for _ in range(count)]
    chance.shuffle(letters)
    with Workers(house, 2) as workers, ThreadPoolExecutor(SENDERS) as senders:
        sent = [senders.submit(feed.send, number) for number in letters]
        for _ in _until_through(house, office.id, sent):
            time.sleep(chance.uniform(1.0, 4.0))
            if len(campaign.nemesis.faults) < FEWEST_KILLS + n // MESSAGES_PER_KILL:
                _kill_somebody(campaign, workers)
    history = History()
    acknowledged = [
        number for number, one in zip(letters, sent, strict=True) if not one.exception()
    ]
    history.delivered = _as_delivered(acknowledged)
    history.events = [Event(*row) for row in house.rows(EVENTS, office.id)]
    history.taken = [Taken(*row) for row in house.rows(TAKEN, office.id)]
    result = campaign.judge(n, history)
    result.notes |= {"deliveries": len(letters), "kills": len(campaign.nemesis.faults)}
    return result


def _open_feed(actor: Actor) -> Feed:
    with transaction(actor.workspace_id) as session:
        made = endpoints.create_endpoint(session, actor, EndpointIn(name="Feed"), KEYS)
    return Feed(made.endpoint.id, made.secret or "")


def _until_through(house: House, workspace: UUID, sent: Sequence[Future[None]]) -> Iterator[None]:
    """Yield while messages are sent or wait for a worker, at least once and within the patience."""
    until = time.monotonic() + PATIENCE_S + len(sent) * PAUSE_S
    waiting = True
    while waiting and time.monotonic() < until:
        yield
        left = house.rows(f"{EVENTS} and status = 'received'", workspace)
        waiting = bool(left) or not all(one.done() for one in sent)


def _kill_somebody(campaign: Campaign, workers: Workers) -> None:
    """Kill a work-horse, or its parent too."""
    parents = workers.parents()
    parent = campaign.nemesis.random.choice(parents)
    horse = horse_of(parent)
    if horse is None:
        return
    both = campaign.nemesis.random.random() < 0.2
    for victim in (parent, horse) if both else (horse,):
        with suppress(ProcessLookupError):
            kill(victim)
    campaign.nemesis.harm("kill both" if both else "kill horse", (), lambda: None)


def _as_delivered(numbers: Sequence[int]) -> list[Delivered]:
    return [
        Delivered(f"delivery-{number}", f"ref-{number}", f"message {number}")
        for number in sorted(set(numbers))
    ]
