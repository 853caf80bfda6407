"""Stored secrets of webhook endpoints, samples, and webhooks out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261127_integrations"
down_revision = "20261127_rest"
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE FUNCTION pmflow_workspaces_with_due_messages() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT m.workspace_id FROM outgoing_messages m
    JOIN outgoing_webhooks w ON w.workspace_id = m.workspace_id AND w.id = m.webhook_id
    WHERE m.status = 'pending' AND m.due_at <= now()
      AND w.deleted_at IS NULL AND w.disabled_at IS NULL
      AND (w.rests_until IS NULL OR w.rests_until <= now())
$$;
CREATE FUNCTION pmflow_workspaces_with_old_messages() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT workspace_id FROM outgoing_messages WHERE created_at < now() - interval '30 days'
$$;
CREATE FUNCTION pmflow_workspaces_with_secrets() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT workspace_id FROM webhook_endpoints UNION SELECT workspace_id FROM outgoing_webhooks
$$;
REVOKE ALL ON FUNCTION pmflow_workspaces_with_due_messages, pmflow_workspaces_with_old_messages,
    pmflow_workspaces_with_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_workspaces_with_due_messages, pmflow_workspaces_with_old_messages,
    pmflow_workspaces_with_secrets TO pmflow_app;
SELECT pmflow_protect(t::regclass, false) FROM unnest(ARRAY[
    'outgoing_webhooks', 'outgoing_messages', 'outgoing_attempts'
]) AS t;
"""


def _row() -> tuple[sa.Column, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
    )


def _time(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _json(name: str) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False)


def upgrade() -> None:
    empty = sa.text("'[]'")
    secrets = sa.Column("secrets", postgresql.JSONB(), nullable=False, server_default=empty)
    op.add_column("webhook_endpoints", secrets)
    op.alter_column("webhook_endpoints", "secrets", server_default=None)
    op.add_column("webhook_endpoints", _time("disabled_at"))
    is_test = sa.Column("is_test", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("raw_events", is_test)
    op.alter_column("raw_events", "is_test", server_default=None)
    op.create_index("ix_raw_events_endpoint", "raw_events", ["workspace_id", "endpoint_id", "id"])
    op.create_table(
        "outgoing_webhooks",
        *_row(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        _json("events"),
        _json("secrets"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _time("failing_since"),
        _time("rests_until"),
        _time("disabled_at"),
        sa.Column("disabled_reason", sa.String(), nullable=True),
        _time("deleted_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_webhooks")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_outgoing_webhooks_workspace_id_id")),
    )
    op.create_table(
        "outgoing_messages",
        *_row(),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _time("due_at", nullable=False),
        _time("done_at"),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "webhook_id"],
            ["outgoing_webhooks.workspace_id", "outgoing_webhooks.id"],
            name=op.f("fk_outgoing_messages_workspace_id_webhook_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_messages")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_outgoing_messages_workspace_id_id")),
    )
    op.create_index(
        "ix_outgoing_messages_pending",
        "outgoing_messages",
        ["due_at"],
        postgresql_where="status = 'pending'",
    )
    op.create_index(
        "ix_outgoing_messages_webhook", "outgoing_messages", ["workspace_id", "webhook_id", "id"]
    )
    op.create_index("ix_outgoing_messages_age", "outgoing_messages", ["created_at"])
    op.create_table(
        "outgoing_attempts",
        *_row(),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _time("ended_at"),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("response", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "message_id"],
            ["outgoing_messages.workspace_id", "outgoing_messages.id"],
            name=op.f("fk_outgoing_attempts_workspace_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_attempts")),
        sa.UniqueConstraint(
            "workspace_id",
            "message_id",
            "number",
            name=op.f("uq_outgoing_attempts_workspace_id_message_id_number"),
        ),
    )
    op.execute(FUNCTIONS)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
