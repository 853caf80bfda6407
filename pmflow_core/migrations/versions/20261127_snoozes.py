"""Things of an inbox that a person put off."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_snoozes"
down_revision = "20261127_saved_views"
branch_labels = None
depends_on = None

THINGS = ("project", "suggestion", "notification")
FUNCTIONS = """
CREATE FUNCTION pmflow_workspaces_with_due_snoozes() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT workspace_id FROM snoozes WHERE told_at IS NULL AND until <= now()
$$;
REVOKE ALL ON FUNCTION pmflow_workspaces_with_due_snoozes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_workspaces_with_due_snoozes TO pmflow_app;
SELECT pmflow_protect('snoozes'::regclass, false);
"""


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_unique_constraint(
        op.f("uq_notifications_workspace_id_id"), "notifications", ["workspace_id", "id"]
    )
    op.create_table(
        "snoozes",
        sa.Column("id", sa.Uuid(), nullable=False),
        _time("created_at", nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        *(sa.Column(f"{thing}_id", sa.Uuid(), nullable=True) for thing in THINGS),
        _time("snoozed_at", nullable=False),
        _time("until", nullable=False),
        _time("told_at"),
        _time("seen_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snoozes")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_snoozes_user_id"), ondelete="CASCADE"
        ),
        *(
            sa.ForeignKeyConstraint(
                ["workspace_id", f"{thing}_id"],
                [f"{thing}s.workspace_id", f"{thing}s.id"],
                name=op.f(f"fk_snoozes_workspace_id_{thing}_id"),
                ondelete="CASCADE",
            )
            for thing in THINGS
        ),
        sa.CheckConstraint(
            "num_nonnulls(project_id, suggestion_id, notification_id) = 1",
            name=op.f("ck_snoozes_one_thing"),
        ),
        sa.UniqueConstraint(
            "workspace_id",
            "user_id",
            *(f"{thing}_id" for thing in THINGS),
            name="uq_snoozes_thing",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_snoozes_untold", "snoozes", ["until"], postgresql_where="told_at IS NULL"
    )
    op.execute(FUNCTIONS)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
