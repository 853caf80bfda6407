"""Signals that wait to be looked at have rows of their own, which cost no index of vectors."""

import sqlalchemy as sa
from alembic import op

revision = "20261127a"
down_revision = "20261126a"
branch_labels = None
depends_on = None

WAITING = """
INSERT INTO signals_to_suggest (id, created_at, workspace_id, signal_id)
SELECT gen_random_uuid(), now(), workspace_id, id FROM signals
WHERE suggested_at IS NULL AND processed_at IS NOT NULL
"""
OFFER = """
CREATE OR REPLACE FUNCTION pmflow_unprocessed_workspaces() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.workspace_id FROM signals s
    WHERE s.processed_at IS NULL AND s.deleted_at IS NULL
      AND (s.claimed_until IS NULL OR s.claimed_until < now())
    UNION
    SELECT DISTINCT q.workspace_id FROM signals_to_suggest q
    JOIN signals s ON s.id = q.signal_id
    WHERE s.deleted_at IS NULL AND (q.not_before IS NULL OR q.not_before < now())
$$;
"""


def upgrade() -> None:
    op.create_table(
        "signals_to_suggest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "signal_id"],
            ["signals.workspace_id", "signals.id"],
            name=op.f("fk_signals_to_suggest_workspace_id_signal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals_to_suggest")),
        sa.UniqueConstraint(
            "workspace_id", "signal_id", name=op.f("uq_signals_to_suggest_workspace_id_signal_id")
        ),
    )
    op.execute(WAITING)
    op.execute("SELECT pmflow_protect('signals_to_suggest', false)")
    op.execute(OFFER)
    op.drop_index("ix_signals_unsuggested", table_name="signals")
    op.drop_column("signals", "suggested_at")


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
