"""Until when a workspace shows its people how to begin; those that already work are past it."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_first_run"
down_revision = "20261127_tags"
branch_labels = None
depends_on = None

PAST_IT = """
UPDATE workspaces SET first_run_ended_at = now() WHERE is_sample
    OR EXISTS (SELECT FROM signals WHERE signals.workspace_id = workspaces.id)
    OR EXISTS (SELECT FROM projects WHERE projects.workspace_id = workspaces.id)
"""


def upgrade() -> None:
    op.add_column(
        "workspaces", sa.Column("first_run_ended_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute(PAST_IT)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
