"""What operators may ask of the webhooks of all workspaces: how many fail, wait and were given up."""

from alembic import op

revision = "20261127_outgoing_everywhere"
down_revision = "20261127_trash"
branch_labels = None
depends_on = None

# Counts and times of all workspaces, never a tenant's content. What a person switched off or deleted
# did not fail. The service asks whether they are operators.
OPERATIONS = """
CREATE FUNCTION pmflow_outgoing_everywhere()
RETURNS TABLE (kind text, state text, many bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'webhooks', 'failing', count(*), min(failing_since) FROM outgoing_webhooks
    WHERE failing_since IS NOT NULL AND disabled_at IS NULL AND deleted_at IS NULL
    UNION ALL
    SELECT 'webhooks', 'disabled', count(*), min(disabled_at) FROM outgoing_webhooks
    WHERE failing_since IS NOT NULL AND disabled_at IS NOT NULL AND deleted_at IS NULL
    UNION ALL
    SELECT 'messages', 'pending', count(*), min(created_at) FROM outgoing_messages
    WHERE status = 'pending'
    UNION ALL
    SELECT 'messages', 'failed', count(*), min(m.done_at)
    FROM outgoing_messages m JOIN outgoing_webhooks w ON w.id = m.webhook_id
    WHERE m.status = 'failed' AND m.done_at > now() - interval '24 hours'
      AND w.deleted_at IS NULL AND (w.disabled_at IS NULL OR w.failing_since IS NOT NULL)
$$;
REVOKE ALL ON FUNCTION pmflow_outgoing_everywhere FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_outgoing_everywhere TO pmflow_app;
"""


def upgrade() -> None:
    op.create_index(
        "ix_outgoing_messages_failed",
        "outgoing_messages",
        ["done_at"],
        postgresql_where="status = 'failed'",
    )
    op.execute(OPERATIONS)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
