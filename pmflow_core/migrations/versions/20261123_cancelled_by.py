"""A cancelled run remembers who stopped it."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_cancelled_by"
down_revision = "20261123b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("stage_runs", "cancel_requested_at")
    op.drop_column("stage_runs", "cancel_requested_by")
    op.add_column("stage_runs", sa.Column("cancelled_by", sa.String(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
