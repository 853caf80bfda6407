"""Provider calls are written down and paid for from budgets; a run may wait for money."""

import sqlalchemy as sa
from alembic import op

revision = "20261123f"
down_revision = "20261123e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "breakers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_breakers")),
    )
    op.create_table(
        "budgets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("cap_usd", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("spent_usd", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("reserved_usd", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.CheckConstraint(
            "cap_usd >= 0 AND spent_usd >= 0 AND reserved_usd >= 0",
            name=op.f("ck_budgets_not_negative"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint(
            "workspace_id",
            "scope",
            "subject_id",
            name=op.f("uq_budgets_workspace_id_scope_subject_id"),
        ),
    )
    op.create_table(
        "provider_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("step_key", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reserved_usd", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("cost_usd", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("response", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "project_id"],
            ["projects.workspace_id", "projects.id"],
            name=op.f("fk_provider_calls_workspace_id_project_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"],
            ["stage_runs.workspace_id", "stage_runs.id"],
            name=op.f("fk_provider_calls_workspace_id_run_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_calls")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_provider_calls_workspace_id_id")),
    )
    op.create_index(
        op.f("ix_provider_calls_workspace_id_created_at"),
        "provider_calls",
        ["workspace_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_provider_calls_workspace_id_run_id_created_at"),
        "provider_calls",
        ["workspace_id", "run_id", "created_at"],
        unique=False,
    )
    op.add_column("stage_runs", sa.Column("waiting_for", sa.String(), nullable=True))
    op.add_column("stage_runs", sa.Column("waiting_reason", sa.String(), nullable=True))
    op.execute("SELECT pmflow_protect('provider_calls', false), pmflow_protect('budgets', false)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON breakers TO pmflow_app")


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
