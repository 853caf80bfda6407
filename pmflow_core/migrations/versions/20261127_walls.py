"""An index for the failed sign-ins of one address, whichever account they were for."""

from alembic import op

revision = "20261127_walls"
down_revision = "20261127_integrations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_sign_in_failures_address_created_at"),
        "sign_in_failures",
        ["address", "created_at"],
    )


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
