"""The signals a run may use, as providers and checks want them."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.calls.costs import TOOL
from pmflow_core.calls.models import CallStatus, ProviderCall
from pmflow_core.documents.service import Citable
from pmflow_core.providers.base import Evidence
from pmflow_core.signals.models import Signal, SignalProject

SEARCH: Final = "search_signals"
_SHOWN = re.compile(r"^\[S-(\d{1,9})\]", re.MULTILINE)


def linked_evidence(session: Session, project_id: UUID) -> tuple[Evidence, ...]:
    """Return the project's linked signals with their vectors, in the order of their numbers."""
    statement = (
        select(Signal)
        .join(SignalProject, col(SignalProject.signal_id) == col(Signal.id))
        .where(col(SignalProject.project_id) == project_id, col(Signal.deleted_at).is_(None))
        .order_by(col(Signal.number))
    )
    return tuple(_evidence(signal) for signal in session.scalars(statement))


def evidence_of(
    session: Session, project_id: UUID, only_signal: int | None
) -> tuple[Evidence, ...]:
    """Return what a run is to work with: one signal, or all that are linked to the project."""
    if only_signal is None:
        return linked_evidence(session, project_id)
    statement = select(Signal).where(
        col(Signal.number) == only_signal, col(Signal.deleted_at).is_(None)
    )
    return tuple(_evidence(signal) for signal in session.scalars(statement))


def citable(session: Session, numbers: Iterable[int]) -> Mapping[int, Citable]:
    """Return the workspace's signals of those numbers; numbers it does not have are absent."""
    statement = select(col(Signal.id), col(Signal.number), col(Signal.verbatim)).where(
        col(Signal.number).in_(set(numbers)), col(Signal.deleted_at).is_(None)
    )
    return {row[1]: Citable(row[0], row[1], row[2]) for row in session.execute(statement)}


def found_by_tools(session: Session, run_id: UUID, step_key: str) -> set[int]:
    """Return the numbers of the signals that the tools of a step showed to its model."""
    statement = select(col(ProviderCall.response)).where(
        col(ProviderCall.run_id) == run_id,
        col(ProviderCall.step_key) == step_key,
        col(ProviderCall.provider) == f"{TOOL}{SEARCH}",
        col(ProviderCall.status) == CallStatus.SUCCEEDED,
    )
    texts = session.scalars(statement)
    return {int(number) for text in texts for number in _SHOWN.findall(text or "")}


def linked_count(session: Session, project_id: UUID) -> int:
    """Return how many live signals are linked to the project."""
    statement = (
        select(func.count())
        .select_from(SignalProject)
        .join(Signal, col(Signal.id) == col(SignalProject.signal_id))
        .where(col(SignalProject.project_id) == project_id, col(Signal.deleted_at).is_(None))
    )
    return session.scalar(statement) or 0


def workspace_count(session: Session) -> int:
    """Return how many live signals the workspace has."""
    statement = select(func.count()).select_from(Signal).where(col(Signal.deleted_at).is_(None))
    return session.scalar(statement) or 0


def _evidence(signal: Signal) -> Evidence:
    vector = signal.embedding
    return Evidence(
        number=signal.number,
        text=signal.verbatim,
        severity=signal.severity,
        frequency=signal.frequency,
        segment=signal.segment,
        customer=signal.customer,
        received_at=signal.received_at,
        vector=None if vector is None else np.asarray(vector, dtype=np.float32),
    )
