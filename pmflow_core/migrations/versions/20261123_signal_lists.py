"""Indexes that lists of 100,000 signals are counted, sorted and searched by."""

import sqlalchemy as sa
from alembic import op

revision = "20261123d"
down_revision = "20261123_cancelled_by"
branch_labels = None
depends_on = None

# Row security keeps the app role off a text index, because the matching operator is not leakproof;
# this function runs as the owner and narrows to the session's workspace itself.
SEARCH = """
CREATE FUNCTION pmflow_signals_with_words(wanted text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM signals
    WHERE workspace_id = NULLIF(current_setting('app.ws', true), '')::uuid
      AND to_tsvector('english', left(verbatim, 20000)) @@ to_tsquery('english', wanted)
$$;
REVOKE ALL ON FUNCTION pmflow_signals_with_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_signals_with_words TO pmflow_app;
"""


def upgrade() -> None:
    op.drop_index("ix_signals_workspace_id_status", "signals")
    op.drop_index("ix_signals_workspace_id_severity", "signals")
    op.drop_index("ix_signals_workspace_id_received_at_number", "signals")
    op.create_index(
        "ix_signals_live",
        "signals",
        ["workspace_id", "received_at", "number"],
        postgresql_include=["id", "status", "severity", "source", "kind", "segment"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_signals_import",
        "signals",
        ["workspace_id", "import_id"],
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
    op.create_index(
        "ix_signals_words",
        "signals",
        [sa.text("to_tsvector('english', left(verbatim, 20000))")],
        postgresql_using="gin",
    )
    op.drop_index("ix_theme_memberships_workspace_id_theme_id", "theme_memberships")
    op.create_index(
        "ix_theme_memberships_workspace_id_theme_id_similarity",
        "theme_memberships",
        ["workspace_id", "theme_id", "similarity"],
    )
    op.execute(SEARCH)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
