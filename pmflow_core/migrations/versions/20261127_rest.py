"""Runs whose only evidence is one signal."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_rest"
down_revision = "20261127_knowledge_ops"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stage_runs", sa.Column("only_signal", sa.Integer(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
