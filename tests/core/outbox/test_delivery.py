"""Effects: written with their cause, carried out once, tried again, given up visibly."""

import contextlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Conflict
from pmflow_core.outbox import delivery, service
from pmflow_core.outbox.effects import EffectDelayed, EffectKind
from pmflow_core.outbox.models import Effect, EffectStatus
from pmflow_core.registry import Registry


class Postbox:
    """An effect that keeps what it was given, and raises what it is told to first."""

    def __init__(self, *faults: BaseException) -> None:
        self.sent: list[Mapping[str, Any]] = []
        self.given_up: list[str] = []
        self._faults = list(faults)
        self.kinds: Registry[EffectKind] = Registry("effect")
        self.kinds.add(EffectKind("post", self._send))

    def _send(self, _workspace_id: UUID, payload: Mapping[str, Any]) -> None:
        if self._faults:
            raise self._faults.pop(0)
        self.sent.append(payload)

    def deliver(self, workspace_id: UUID) -> int:
        """Carry out what is due."""
        return delivery.deliver(workspace_id, self.kinds, self._note)

    def _note(self, _session: Session, effect: Effect) -> None:
        self.given_up.append(effect.key)


def write_down(workspace_id: UUID, *keys: str) -> None:
    with transaction(workspace_id) as session:
        for key in keys:
            service.add(session, "post", key, {"letter": key})


def make_due(workspace_id: UUID) -> None:
    with transaction(workspace_id) as session:
        session.execute(update(Effect).values(due_at=func.now()))


def stored(workspace_id: UUID) -> list[Effect]:
    with transaction(workspace_id) as session:
        return list(session.scalars(select(Effect).order_by(col(Effect.id))))


def test_an_effect_is_carried_out_once_however_often_it_is_asked_for(workspace_id: UUID) -> None:
    postbox = Postbox()
    write_down(workspace_id, "a", "b", "a")

    assert postbox.deliver(workspace_id) == 2
    write_down(workspace_id, "a")
    assert postbox.deliver(workspace_id) == 0

    assert postbox.sent == [{"letter": "a"}, {"letter": "b"}]
    assert {effect.status for effect in stored(workspace_id)} == {EffectStatus.DONE}


def test_a_delayed_effect_is_tried_again_later_with_a_growing_pause(workspace_id: UUID) -> None:
    postbox = Postbox(EffectDelayed("not now"), EffectDelayed("nor now"))
    write_down(workspace_id, "a")

    postbox.deliver(workspace_id)
    (waiting,) = stored(workspace_id)
    assert (waiting.status, waiting.attempts) == (EffectStatus.PENDING, 1)
    assert waiting.error == "not now"
    assert waiting.due_at > utcnow()
    for _ in range(2):
        make_due(workspace_id)
        postbox.deliver(workspace_id)

    assert postbox.sent == [{"letter": "a"}]
    assert delivery.pause_s(2) == 2 * delivery.pause_s(1)


def test_an_effect_that_fails_ten_times_is_given_up_visibly(workspace_id: UUID) -> None:
    postbox = Postbox(*[EffectDelayed("not now")] * delivery.MAX_ATTEMPTS)
    write_down(workspace_id, "a")

    for _ in range(delivery.MAX_ATTEMPTS):
        make_due(workspace_id)
        postbox.deliver(workspace_id)

    assert postbox.given_up == ["a"]
    assert stored(workspace_id)[0].status is EffectStatus.FAILED


def test_an_effect_that_cannot_work_is_not_tried_again(workspace_id: UUID) -> None:
    postbox = Postbox(Conflict("never"))
    write_down(workspace_id, "a")

    postbox.deliver(workspace_id)

    assert stored(workspace_id)[0].error == "never"
    assert postbox.given_up == ["a"]


def test_an_effect_whose_worker_died_is_carried_out_when_its_time_is_up(workspace_id: UUID) -> None:
    postbox = Postbox(KeyboardInterrupt())
    write_down(workspace_id, "a")
    with contextlib.suppress(KeyboardInterrupt):
        postbox.deliver(workspace_id)
    assert postbox.deliver(workspace_id) == 0

    make_due(workspace_id)

    assert postbox.deliver(workspace_id) == 1
    assert stored(workspace_id)[0].attempts == 2


def test_an_effect_that_kills_its_process_each_time_is_given_up(workspace_id: UUID) -> None:
    postbox = Postbox(*[KeyboardInterrupt()] * 2 * delivery.MAX_ATTEMPTS)
    write_down(workspace_id, "a")

    for _ in range(delivery.MAX_ATTEMPTS + 1):
        make_due(workspace_id)
        with contextlib.suppress(KeyboardInterrupt):
            postbox.deliver(workspace_id)

    assert postbox.given_up == ["a"]
    assert stored(workspace_id)[0].status is EffectStatus.FAILED
