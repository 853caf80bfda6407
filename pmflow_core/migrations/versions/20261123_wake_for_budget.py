"""Runs that wait for money say how much, so that they are woken when it is there."""

import sqlalchemy as sa
from alembic import op

revision = "20261123j"
down_revision = "20261123i"
branch_labels = None
depends_on = None

WAKING = """
CREATE FUNCTION pmflow_runs_to_wake() RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.workspace_id, r.id FROM stage_runs r
    JOIN projects p ON p.workspace_id = r.workspace_id AND p.id = r.project_id
    WHERE r.status = 'waiting' AND (
        -- Nobody will answer or pay for it any more.
        p.deleted_at IS NOT NULL
        OR r.waiting_for = 'budget'
        AND coalesce(r.dispatched_at, r.queued_at) < now() - interval '60 s'
        AND (
            NOT EXISTS (
                SELECT FROM budgets b
                WHERE b.workspace_id = r.workspace_id
                  AND b.subject_id IN (r.workspace_id, r.project_id, r.id)
                  AND b.spent_usd + b.reserved_usd + coalesce(r.waiting_usd, 0) > b.cap_usd
            )
            -- What forgotten calls still reserve is returned by the next claim.
            OR EXISTS (
                SELECT FROM provider_calls c
                WHERE c.workspace_id = r.workspace_id AND c.status IN ('reserved', 'started')
                  AND c.created_at < now() - interval '2 hours'
            )
        )
    )
    ORDER BY r.queued_at LIMIT 1000
$$;
REVOKE ALL ON FUNCTION pmflow_runs_to_wake FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_runs_to_wake TO pmflow_app;
"""


def upgrade() -> None:
    op.add_column("stage_runs", sa.Column("waiting_usd", sa.Numeric(14, 6), nullable=True))
    op.execute(WAKING)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
