"""Comments, drafts of documents, and trials of a recipe's step."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261127_comments"
down_revision = "20261127_members"
branch_labels = None
depends_on = None

OPEN = "status IN ('queued', 'running', 'waiting')"
PROTECT = """
SELECT pmflow_protect(t::regclass, false) FROM unnest(ARRAY['comments', 'document_drafts']) AS t;
"""


def _row() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "comments",
        *_row(),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("document_type", sa.String(), nullable=True),
        sa.Column("section", sa.String(), nullable=True),
        sa.Column("reply_to", sa.Uuid(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("mentions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_name", sa.String(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "project_id"],
            ["projects.workspace_id", "projects.id"],
            name=op.f("fk_comments_workspace_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "reply_to"],
            ["comments.workspace_id", "comments.id"],
            name=op.f("fk_comments_workspace_id_reply_to"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_comments_author_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_comments_workspace_id_id")),
    )
    op.create_index(
        op.f("ix_comments_workspace_id_project_id_created_at"),
        "comments",
        ["workspace_id", "project_id", "created_at"],
    )
    op.create_table(
        "document_drafts",
        *_row(),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "project_id"],
            ["projects.workspace_id", "projects.id"],
            name=op.f("fk_document_drafts_workspace_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_document_drafts_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_drafts")),
        sa.UniqueConstraint(
            "workspace_id",
            "project_id",
            "type",
            "user_id",
            name=op.f("uq_document_drafts_workspace_id_project_id_type_user_id"),
        ),
    )
    op.add_column(
        "stage_runs", sa.Column("trial", sa.Boolean(), nullable=False, server_default="false")
    )
    op.alter_column("stage_runs", "trial", server_default=None)
    op.drop_index("uq_stage_runs_open", table_name="stage_runs")
    for name, condition in (
        ("uq_stage_runs_open", f"{OPEN} AND NOT trial"),
        ("uq_stage_runs_open_trial", f"{OPEN} AND trial"),
    ):
        op.create_index(
            name,
            "stage_runs",
            ["workspace_id", "project_id"],
            unique=True,
            postgresql_where=condition,
        )
    op.execute(PROTECT)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
