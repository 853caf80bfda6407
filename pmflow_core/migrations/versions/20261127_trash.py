"""Who put a saved view or a record of knowledge into the trash."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_trash"
down_revision = "20261127_snoozes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("saved_views", "knowledge"):
        op.add_column(table, sa.Column("deleted_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
