"""Carrying out effects: taken for a while, done with no transaction open, then marked.

Who dies in between leaves the effect taken until its time is up; it is then carried out again,
which does nothing that was done already.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.db.patient import AWAY, patiently
from pmflow_core.logs import get_logger
from pmflow_core.outbox.effects import EffectDelayed, EffectKind
from pmflow_core.outbox.models import Effect, EffectStatus
from pmflow_core.registry import Registry

log = get_logger(__name__)
MAX_ATTEMPTS = 10
FIRST_PAUSE_S = 10.0
LONGEST_PAUSE_S = 3600.0
# No effect takes longer than this; the pause after a failure is counted from its end.
TAKEN_FOR_S = 120.0
Failed = Callable[[Session, Effect], None]


def deliver(
    workspace_id: UUID,
    kinds: Registry[EffectKind],
    on_failed: Failed,
    go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Carry out what is due in a workspace, one after another; return how many are done.

    `on_failed` is told, in the transaction that gives it up, of each that is not tried again.
    """
    done = 0
    while go_on():
        effect = patiently(workspace_id, _take)
        if effect is None:
            break
        done += _carry_out(effect, kinds, on_failed)
    return done


def pause_s(attempts: int) -> float:
    """Return how long to wait after so many tries that failed, in seconds."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (attempts - 1))


def _take(session: Session) -> Effect | None:
    statement = (
        select(Effect)
        .where(col(Effect.status) == EffectStatus.PENDING, col(Effect.due_at) <= func.now())
        .order_by(col(Effect.due_at), col(Effect.id))
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    effect = session.scalar(statement)
    if effect is None:
        return None
    taken = (
        update(Effect)
        .where(col(Effect.id) == effect.id)
        .values(
            attempts=col(Effect.attempts) + 1, due_at=func.now() + timedelta(seconds=TAKEN_FOR_S)
        )
        .returning(Effect)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalars(taken).one()


def _carry_out(effect: Effect, kinds: Registry[EffectKind], on_failed: Failed) -> bool:
    error: Exception | None = None
    try:
        _try(effect, kinds)
    except AWAY:
        raise
    except Exception as raised:  # noqa: BLE001 a plugin may raise anything
        error = raised
    patiently(effect.workspace_id, lambda session: _note(session, effect, error, on_failed))
    return error is None


def _try(effect: Effect, kinds: Registry[EffectKind]) -> None:
    if effect.attempts > MAX_ATTEMPTS:
        # Its process died with every try, so none was noted.
        raise EffectDelayed(effect.error or "Each try ended with its process.")
    kinds.get(effect.kind).carry_out(effect.workspace_id, effect.payload)


def _note(session: Session, effect: Effect, error: Exception | None, on_failed: Failed) -> None:
    values: dict[str, object] = {"status": EffectStatus.DONE, "done_at": func.now(), "error": None}
    given_up = False
    if error is not None:
        given_up = not isinstance(error, EffectDelayed) or effect.attempts >= MAX_ATTEMPTS
        again = timedelta(seconds=pause_s(effect.attempts))
        status = EffectStatus.FAILED if given_up else EffectStatus.PENDING
        values = {"status": status, "error": str(error), "due_at": func.now() + again}
    # The number of tries is this try's fence.
    noted = session.scalar(
        update(Effect)
        .where(col(Effect.id) == effect.id, col(Effect.attempts) == effect.attempts)
        .values(**values)
        .returning(Effect)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if noted is not None and given_up:
        log.error("effect.failed", kind=effect.kind, key=effect.key, error=str(error))
        on_failed(session, noted)
