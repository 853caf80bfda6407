"""Filters of the list of signals that people keep under a name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261127_saved_views"
down_revision = "20261127_walls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name=op.f("fk_saved_views_owner_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_saved_views_workspace_id_id")),
    )
    for name, columns, condition in (
        ("uq_saved_views_shared_name", ["workspace_id", "name"], "is_shared"),
        ("uq_saved_views_own_name", ["workspace_id", "owner_id", "name"], "NOT is_shared"),
    ):
        op.create_index(
            name,
            "saved_views",
            columns,
            unique=True,
            postgresql_where=f"{condition} AND deleted_at IS NULL",
        )
    op.execute("SELECT pmflow_protect('saved_views', false)")


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
