"""The sweep finds workspaces whose last forming of themes may have died with its worker."""

from alembic import op

revision = "20261123e"
down_revision = "20261123d"
branch_labels = None
depends_on = None

SWEEP = """
CREATE FUNCTION pmflow_workspaces_to_theme() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.workspace_id FROM signals s
    WHERE s.themable AND s.deleted_at IS NULL AND s.processed_at > now() - interval '1 hour'
      AND NOT EXISTS (
          SELECT FROM clusterings c
          WHERE c.workspace_id = s.workspace_id AND c.created_at > s.processed_at
      )
$$;
REVOKE ALL ON FUNCTION pmflow_workspaces_to_theme FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_workspaces_to_theme TO pmflow_app;
"""


def upgrade() -> None:
    op.execute(SWEEP)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
