"""Invitations, who deleted what, and the end of a workspace."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_members"
down_revision = "20261127_identity"
branch_labels = None
depends_on = None

BINNED = ("signals", "customers", "personas", "projects", "workspaces")

QUESTIONS = """
CREATE FUNCTION pmflow_workspace_of_invitation(hash text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.workspace_id FROM invitations i
    JOIN workspaces w ON w.id = i.workspace_id
    WHERE i.token_hash = hash AND w.deleted_at IS NULL
$$;
CREATE FUNCTION pmflow_is_invited(address text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM invitations i JOIN workspaces w ON w.id = i.workspace_id
        WHERE i.email = address AND i.accepted_at IS NULL AND i.revoked_at IS NULL
          AND i.expires_at > now() AND w.deleted_at IS NULL
    )
$$;
-- What a person deleted may be restored by its admins; what was retired with a sample may not.
CREATE FUNCTION pmflow_deleted_workspaces(member uuid)
RETURNS TABLE (workspace_id uuid, slug text, name text, key_prefix text, deleted_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.id, w.slug, w.name, w.key_prefix, w.deleted_at FROM memberships m
    JOIN workspaces w ON w.id = m.workspace_id
    WHERE m.user_id = member AND m.role = 'admin'
      AND w.deleted_at IS NOT NULL AND w.deleted_by IS NOT NULL
$$;
CREATE FUNCTION pmflow_workspaces_to_purge(kept interval) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM workspaces WHERE deleted_at < now() - kept ORDER BY deleted_at
$$;
-- Every table with a workspace_id is emptied of the workspace, those that others refer to last.
-- The catalogue is asked, so that a table which a later migration makes cannot be forgotten.
CREATE FUNCTION pmflow_purge_workspace(doomed uuid, kept interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    waiting oid[];
    ready oid[];
    each oid;
BEGIN
    IF kept < interval '7 days' THEN
        RAISE EXCEPTION 'a workspace is kept for seven days at least';
    END IF;
    -- Of two who purge at once the second waits here and finds nothing.
    PERFORM 1 FROM workspaces WHERE id = doomed AND deleted_at < now() - kept FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    SELECT array_agg(c.oid ORDER BY c.relname) INTO waiting FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relnamespace = 'public'::regnamespace;
    WHILE cardinality(waiting) > 0 LOOP
        SELECT array_agg(t ORDER BY t::regclass::text) INTO ready FROM unnest(waiting) AS t
        WHERE NOT EXISTS (
            SELECT FROM pg_constraint k
            WHERE k.contype = 'f' AND k.confrelid = t AND k.conrelid <> t
              AND k.conrelid = ANY (waiting)
        );
        IF ready IS NULL THEN
            RAISE EXCEPTION 'the tables % refer to each other in a circle', waiting::regclass[];
        END IF;
        FOREACH each IN ARRAY ready LOOP
            EXECUTE format('DELETE FROM %s WHERE workspace_id = $1', each::regclass) USING doomed;
        END LOOP;
        SELECT coalesce(array_agg(t), '{}') INTO waiting FROM unnest(waiting) AS t
        WHERE t <> ALL (ready);
    END LOOP;
    DELETE FROM workspaces WHERE id = doomed;
    RETURN true;
END $$;
"""
# A deleted workspace takes nothing in and works on nothing, until it is restored.
STILLED = """
CREATE OR REPLACE FUNCTION pmflow_workspace_of_endpoint(endpoint uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.workspace_id FROM webhook_endpoints e JOIN workspaces w ON w.id = e.workspace_id
    WHERE e.id = endpoint AND e.deleted_at IS NULL AND w.deleted_at IS NULL
$$;
CREATE OR REPLACE FUNCTION pmflow_imports_to_read() RETURNS TABLE (workspace_id uuid, import_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.workspace_id, i.id FROM imports i JOIN workspaces w ON w.id = i.workspace_id
    WHERE i.status = 'running' AND (i.claimed_until IS NULL OR i.claimed_until < now())
      AND w.deleted_at IS NULL
$$;
CREATE OR REPLACE FUNCTION pmflow_workspaces_with_events() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT e.workspace_id FROM raw_events e JOIN workspaces w ON w.id = e.workspace_id
    WHERE e.status = 'received' AND e.due_at <= now() AND w.deleted_at IS NULL
$$;
CREATE OR REPLACE FUNCTION pmflow_unprocessed_workspaces() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT found.workspace_id FROM (
        SELECT DISTINCT s.workspace_id FROM signals s
        WHERE s.processed_at IS NULL AND s.deleted_at IS NULL
          AND (s.claimed_until IS NULL OR s.claimed_until < now())
        UNION
        SELECT DISTINCT q.workspace_id FROM signals_to_suggest q
        JOIN signals s ON s.id = q.signal_id
        WHERE s.deleted_at IS NULL AND (q.not_before IS NULL OR q.not_before < now())
    ) found JOIN workspaces w ON w.id = found.workspace_id WHERE w.deleted_at IS NULL
$$;
"""
GRANTS = """
REVOKE ALL ON FUNCTION pmflow_workspace_of_invitation, pmflow_is_invited, pmflow_deleted_workspaces,
    pmflow_workspaces_to_purge, pmflow_purge_workspace FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_workspace_of_invitation, pmflow_is_invited, pmflow_deleted_workspaces,
    pmflow_workspaces_to_purge, pmflow_purge_workspace TO pmflow_app;
"""


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("sent_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", moment, nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_invitations_workspace_id_id")),
    )
    op.create_index(
        "uq_invitations_open",
        "invitations",
        ["workspace_id", "email"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
    )
    op.execute("SELECT pmflow_protect('invitations', false)")
    for table in BINNED:
        op.add_column(table, sa.Column("deleted_by", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_signals_binned",
        "signals",
        ["workspace_id", "deleted_at"],
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.execute(QUESTIONS)
    op.execute(STILLED)
    op.execute(GRANTS)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
