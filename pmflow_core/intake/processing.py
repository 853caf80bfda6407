"""The work on signals that wait: read, embed, place; in batches that survive any crash.

What is unfinished is said by the rows alone. A worker takes rows for two minutes, works with no
transaction open, and writes once; whoever dies in between only lets the two minutes run out.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import numpy as np

from pmflow_core.accounts.actor import Actor
from pmflow_core.calls.budgets import BudgetExceeded
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.embedding.base import Embedder
from pmflow_core.errors import PmflowError
from pmflow_core.intake import candidates, rebuilding, repository
from pmflow_core.intake.repository import Claimed
from pmflow_core.logs import get_logger
from pmflow_core.signals import copies, merging
from pmflow_core.signals.extraction import extract
from pmflow_core.signals.near import usual_model
from pmflow_core.signals.nudges import announce
from pmflow_core.themes import corpus, rebuild
from pmflow_core.themes.praise import is_praise_or_empty
from pmflow_core.themes.rules import FIRST_LOOK

log = get_logger(__name__)
BATCH_CHARS = 300_000
"""What one core embeds well within a claim; the rest of a batch of long texts is given back."""
RETRY_S = 5.0
OUTAGE_S = 30.0
OTHERS_PATIENCE_S = 15.0
OTHERS_PAUSE_S = 0.1


def process_workspace(
    workspace_id: UUID, embedder: Embedder, ask_for_help: Callable[[UUID], None] | None = None
) -> int:
    """Process the workspace's waiting signals until none is left; return how many there were.

    Themes appear on the way in a long import, and are formed anew at its end when enough changed.
    `ask_for_help` is called once, when there is more than one batch.
    """
    done = looked = 0
    while count := process_batch(workspace_id, embedder):
        if done and ask_for_help is not None:
            ask_for_help(workspace_id)
            ask_for_help = None
        done += count
        if done - looked >= FIRST_LOOK:
            looked = done
            if rebuilding.is_due(workspace_id, drained=False):
                rebuilding.rebuild_themes(workspace_id, on_the_way=True)
    if done:
        _await_others(workspace_id)
    if rebuilding.is_due(workspace_id, drained=True):
        rebuilding.rebuild_themes(workspace_id)
    return done


def _await_others(workspace_id: UUID) -> None:
    """Return when other workers have written what they took, or do not seem to."""
    until = time.monotonic() + OTHERS_PATIENCE_S
    while time.monotonic() < until:
        with transaction(workspace_id) as session:
            if not repository.others_have_some(session):
                return
        time.sleep(OTHERS_PAUSE_S)


def process_batch(workspace_id: UUID, embedder: Embedder) -> int:
    """Process up to 256 waiting signals, each once whoever else does the same; return how many.

    A failing batch is tried again row by row, with growing pauses; a row that fails five times
    alone stays without a vector and is usable in every other way. An outage of the model does
    not count as the rows' failure.
    """
    with transaction(workspace_id) as session:
        rows = repository.claim(session)
        rows, late = _affordable(rows)
        if late:
            repository.release(session, late, wait_s=0, counts=False)
    if not rows:
        return 0
    hopeless = [row for row in rows if row.is_given_up]
    sound = [row for row in rows if not row.is_given_up]
    try:
        vectors = embedder.embed([row.text for row in sound])
    except Exception as error:
        _give_back(workspace_id, sound, error)
        raise
    found = [_findings(row, embedder.name, vectors[place]) for place, row in enumerate(sound)]
    _write(workspace_id, rows, found + [_failed(row) for row in hopeless])
    return len(rows)


def _affordable(rows: Sequence[Claimed]) -> tuple[list[Claimed], list[Claimed]]:
    budget = BATCH_CHARS
    for place, row in enumerate(rows):
        budget -= len(row.text)
        if budget < 0 and place:
            return list(rows[:place]), list(rows[place:])
    return list(rows), []


def _give_back(workspace_id: UUID, rows: Sequence[Claimed], error: Exception) -> None:
    unpaid = isinstance(error, BudgetExceeded)
    outage = unpaid or (isinstance(error, PmflowError) and error.retryable)
    tries = max((row.attempts for row in rows), default=1)
    wait_s = OUTAGE_S if outage else RETRY_S * 2 ** (tries - 1)
    log.warning("signals.failed", count=len(rows), attempts=tries, error=type(error).__name__)
    with transaction(workspace_id) as session:
        repository.release(session, rows, wait_s=wait_s, counts=not outage)


def _findings(row: Claimed, model: str, vector: Any) -> dict[str, Any]:
    return {
        **_failed(row),
        "embedding": vector,
        "embedding_model": model,
        "themable": not is_praise_or_empty(row.text),
    }


def _failed(row: Claimed) -> dict[str, Any]:
    """Return what can be said of a text without a model."""
    read = extract(row.text)
    return {
        "id": row.id,
        "severity": read.severity,
        "frequency": read.frequency,
        "segment": read.segment,
        "interpretation": read.interpretation,
        "processed_at": utcnow(),
        "claimed_until": None,
    }


def _write(workspace_id: UUID, rows: Sequence[Claimed], found: Sequence[dict[str, Any]]) -> None:
    actor = Actor.system(workspace_id)
    with transaction(workspace_id) as session:
        # Before the rows: whoever re-forms themes holds this lock and then reads rows.
        corpus.lock_for_writing(session, workspace_id, shared=True)
        # All rows that may change are locked at once, in one order.
        repeats = copies.lock_with_originals(session, workspace_id, [row.id for row in rows])
        given = repository.still_ours(session, rows)
        ours = [_without(row, given[row["id"]]) for row in found if row["id"] in given]
        usual = usual_model(session)
        ours = [_set_aside(row) if _is_foreign(row, usual) else row for row in ours]
        repository.save_processed(session, ours)
        candidates.add(session, [(workspace_id, row["id"]) for row in ours])
        repeats = [pair for pair in repeats if pair[0] in given]
        merged = set(merging.merge_copies(session, actor, repeats))
        themable = [
            row
            for row in ours
            if row.get("themable") and "embedding" in row and row["id"] not in merged
        ]
        rebuild.place(
            session,
            actor,
            [row["id"] for row in themable],
            np.array([row["embedding"] for row in themable], dtype=np.float32),
        )
        announce(session, workspace_id)


def _is_foreign(row: dict[str, Any], usual: str | None) -> bool:
    return usual is not None and row.get("embedding_model", usual) != usual


def _set_aside(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose vector waits until the whole workspace has changed to its model."""
    kept = {name: value for name, value in row.items() if not name.startswith("embedding")}
    return {**kept, "next_embedding": row["embedding"], "next_model": row["embedding_model"]}


def _without(row: dict[str, Any], given: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in given}
