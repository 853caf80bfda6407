"""Signals wait for their vector; imports count what they refused."""

import sqlalchemy as sa
from alembic import op

revision = "20261123b"
down_revision = "20261123"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("signals", "embedding", nullable=True)
    op.add_column(
        "imports", sa.Column("refused", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("imports", "refused")
