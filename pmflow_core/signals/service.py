"""What people and programs do with signals: take in, look, correct, link, put aside."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Invalid
from pmflow_core.outgoing import announcing as outgoing
from pmflow_core.outgoing.models import EventType
from pmflow_core.signals import batches, links, merge_rows, repository, tags
from pmflow_core.signals.models import ASIDE, Severity, Signal, SignalStatus, Source
from pmflow_core.signals.nudges import announce, wake_worker
from pmflow_core.signals.schemas import (
    MAX_BATCH,
    Counts,
    IngestResult,
    SignalDetail,
    SignalEdit,
    SignalIn,
    SignalPage,
    SignalQuery,
    SignalRead,
)


class BatchTooLarge(Invalid):
    """More signals were sent at once than are taken."""

    code = "batch_too_large"


class WrongStatus(Invalid):
    """That status cannot be set by hand: it follows from links and merges."""

    code = "status_not_settable"


def ingest(
    session: Session,
    actor: Actor,
    rows: Sequence[SignalIn],
    *,
    source: Source,
    import_id: UUID | None = None,
) -> IngestResult:
    """Store a batch and wake a worker; a reference that is known makes no second signal.

    A row without text is refused alone, the others are taken.

    Raises:
        PermissionDenied: the actor is not an editor.
        BatchTooLarge: more than 1,000 rows.
    """
    actor.require(Role.EDITOR)
    if len(rows) > MAX_BATCH:
        raise BatchTooLarge(f"At most {MAX_BATCH} signals are taken at once; send several batches.")
    good, rejected = batches.sift(rows)
    fresh = batches.without_known(session, good, source)
    origin = batches.Origin(actor.workspace_id, source, import_id)
    prepared = batches.number(session, origin, fresh)
    ids = repository.add_signals(session, prepared)
    if ids:
        tags.keep_senders(session, actor, batches.tags_sent(prepared, fresh, ids))
        made = [row for row in prepared if row["id"] in ids]
        told = [{"id": row["id"], "signal": f"S-{row['number']}"} for row in made]
        outgoing.announce(
            session, EventType.SIGNAL_CREATED, {"source": source.value, "signals": told}
        )
        announce(session, actor.workspace_id)
        wake_worker(session, actor.workspace_id)
    return IngestResult(
        ids=[row["id"] for row in prepared if row["id"] in ids],
        created=len(ids),
        duplicates=len(good) - len(ids),
        rejected=rejected,
    )


def list_signals(
    session: Session, actor: Actor, query: SignalQuery, within: Select[Any] | None = None
) -> SignalPage:
    """Return one page of signals; `within` is a select of ids that a layer above narrows to."""
    actor.require(Role.VIEWER)
    items, total = repository.find_page(session, query, within)
    return SignalPage(items=items, total=total, page=query.page, size=query.size)


def get_signal(session: Session, actor: Actor, number: int) -> SignalDetail:
    """Return everything about one signal, also of one in the bin; raises NotFound."""
    actor.require(Role.VIEWER)
    signal = repository.get_signal(session, number, deleted=True)
    return SignalDetail(
        row=repository.read_many(session, [signal.id])[signal.id],
        verbatim=signal.verbatim,
        interpretation=signal.interpretation,
        source_ref=signal.source_ref,
        given=list(signal.given),
        import_id=signal.import_id,
        line=signal.line,
        is_deleted=signal.deleted_at is not None,
        links=links.links_of(session, signal.id),
        has_original=signal.original_id is not None,
        copies=merge_rows.copies_of(session, signal.id),
        kept=_kept(session, signal),
    )


def _kept(session: Session, signal: Signal) -> SignalRead | None:
    if signal.merged_into is None:
        return None
    return repository.read_many(session, [signal.merged_into])[signal.merged_into]


def edit(session: Session, actor: Actor, number: int, changes: SignalEdit) -> SignalDetail:
    """Correct what is known about a signal; what a person set is never extracted again.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such signal.
        WrongStatus: the status is neither new nor reviewed, or the signal is linked.
    """
    actor.require(Role.EDITOR)
    [signal] = repository.lock_signals(session, [repository.get_signal(session, number).id])
    sent = changes.model_dump(exclude_unset=True)
    if "status" in sent:
        _require_settable(signal, sent["status"])
    if sent.get("kind", signal.kind) is None:
        raise Invalid("A signal has a kind: feedback, market or idea.")
    for name, value in sent.items():
        setattr(signal, name, value)
    extracted = {"interpretation", "severity", "frequency", "segment"}
    signal.given = sorted({*signal.given, *(extracted & sent.keys())})
    session.flush()
    audit.record(session, actor, "signals.edited", f"S-{number}", {"fields": sorted(sent)})
    announce(session, actor.workspace_id)
    return get_signal(session, actor, number)


def count(session: Session, actor: Actor) -> Counts:
    """Return how many live signals there are, by status and severity."""
    actor.require(Role.VIEWER)
    by_status: dict[SignalStatus, int] = {}
    by_severity: dict[Severity | None, int] = {}
    for status, severity, many in repository.counts(session):
        by_status[status] = by_status.get(status, 0) + many
        if status not in ASIDE:
            by_severity[severity] = by_severity.get(severity, 0) + many
    unprocessed = repository.count_unprocessed(session)
    return Counts(sum(by_status.values()), by_status, by_severity, unprocessed)


def _require_settable(signal: Signal, status: SignalStatus | None) -> None:
    settable = (SignalStatus.NEW, SignalStatus.REVIEWED)
    if status not in settable or signal.status not in settable:
        raise WrongStatus("By hand a signal is new or reviewed; link, archive or restore it.")
