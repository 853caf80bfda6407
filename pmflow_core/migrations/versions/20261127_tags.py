"""Tags of signals."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_tags"
down_revision = "20261127_outgoing_everywhere"
branch_labels = None
depends_on = None

PROTECT = """
SELECT pmflow_protect('tags'::regclass, false);
SELECT pmflow_protect('signal_tags'::regclass, false);
"""


def _row() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "tags",
        *_row(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_tags_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "folded", name=op.f("uq_tags_workspace_id_folded")),
    )
    op.create_table(
        "signal_tags",
        *_row(),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=False),
        sa.Column("linked_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_tags")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "signal_id"],
            ["signals.workspace_id", "signals.id"],
            name=op.f("fk_signal_tags_workspace_id_signal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tag_id"],
            ["tags.workspace_id", "tags.id"],
            name=op.f("fk_signal_tags_workspace_id_tag_id"),
        ),
        sa.UniqueConstraint(
            "workspace_id",
            "signal_id",
            "tag_id",
            name=op.f("uq_signal_tags_workspace_id_signal_id_tag_id"),
        ),
    )
    op.create_index(
        op.f("ix_signal_tags_workspace_id_tag_id"), "signal_tags", ["workspace_id", "tag_id"]
    )
    op.execute(PROTECT)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
