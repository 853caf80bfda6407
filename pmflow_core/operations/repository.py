"""Statements over the whole installation; those over tenants' tables are the database's own."""

from collections.abc import Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.operations.schemas import (
    DatabaseRead,
    OpenRunRead,
    ProcessRead,
    ReembeddingRead,
    WorkRead,
)
from pmflow_core.runs.models import WorkerHeartbeat

_DATABASE = text("""
    select split_part(version(), ' ', 2), pg_database_size(current_database()),
           (select count(*) from pg_stat_activity where datname = current_database()),
           current_setting('max_connections')::int, pg_postmaster_start_time(),
           (select version_num from alembic_version limit 1), now()
""")
_RUNS = text("""
    select id, workspace_id, slug, number, stage, status, waiting_for, queued_at, started_at,
           case when lease_until < now() then extract(epoch from now() - lease_until)::float8 end,
           worker, crashes
    from pmflow_open_runs_everywhere(:most)
""")
_REEMBEDDINGS = text("""
    select slug, model, total, done, created_at, failed from pmflow_reembeddings_everywhere()
""")
_WORK = text("""
    select kind, state, many, oldest from pmflow_work_everywhere()
    union all select kind, state, many, oldest from pmflow_outgoing_everywhere()
""")


def read_database(session: Session) -> DatabaseRead:
    """Return the database as it is now."""
    return DatabaseRead(*session.execute(_DATABASE).one())


def list_processes(session: Session) -> Sequence[ProcessRead]:
    """Return every process that said it is alive and did not stop in order."""
    silent = func.extract("epoch", func.now() - col(WorkerHeartbeat.seen_at))
    statement = select(WorkerHeartbeat, silent).order_by(
        col(WorkerHeartbeat.role), col(WorkerHeartbeat.name)
    )
    return [
        ProcessRead(
            each.name, each.role, each.host, each.pid, each.seen_at, float(silent_s), each.run_id
        )
        for each, silent_s in session.execute(statement)
    ]


def list_work(session: Session) -> Sequence[WorkRead]:
    """Return how much work is open or failed, by kind and state.

    `webhooks` and `messages` are what other programs are told; of messages that failed, those that
    were given up in the last 24 hours.
    """
    return [WorkRead(*row) for row in session.execute(_WORK) if row[2]]


def list_open_runs(session: Session, most: int) -> Sequence[OpenRunRead]:
    """Return the runs that have not ended, the longest queued first, waiting ones last."""
    rows = session.execute(_RUNS, {"most": most})
    return [OpenRunRead(*row) for row in rows]


def list_reembeddings(session: Session) -> Sequence[ReembeddingRead]:
    """Return the changes of the embedding model that are under way."""
    return [ReembeddingRead(*row) for row in session.execute(_REEMBEDDINGS)]
