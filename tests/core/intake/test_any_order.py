"""However references are sent, cut into batches, repeated and mixed, each is one signal."""

from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.signals import service
from pmflow_core.signals.models import Signal, Source
from pmflow_core.signals.schemas import SignalIn

SENT = st.lists(
    st.lists(st.integers(0, 12), max_size=8), min_size=1, max_size=8
)  # batches of references, in any order and repetition


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SENT, st.sampled_from([Source.API, Source.WEBHOOK]))
def test_any_order_and_repetition_keeps_one_signal_per_reference(
    session: Session, editor: Actor, sent: list[list[int]], source: Source
) -> None:
    run = uuid4().hex
    made = duplicates = 0
    for batch in sent:
        rows = [SignalIn(text=f"text {ref}", source_ref=f"{run}-{ref}") for ref in batch]
        result = service.ingest(session, editor, rows, source=source)
        made += result.created
        duplicates += result.duplicates
    wanted = {f"{run}-{ref}" for batch in sent for ref in batch}
    kept = session.scalars(
        select(col(Signal.source_ref)).where(col(Signal.source_ref).startswith(run))
    ).all()
    assert sorted(ref or "" for ref in kept) == sorted(wanted)
    assert (made, made + duplicates) == (len(wanted), sum(len(batch) for batch in sent))
