"""The signals engine: customers, originals, merges, suggestions, lineage, automation, deliveries."""

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126a"
down_revision = "20261123j"
branch_labels = None
depends_on = None

PROTECT = """
SELECT pmflow_protect(t::regclass, false) FROM unnest(ARRAY[
    'customers', 'personas', 'originals', 'signal_merges', 'signal_personas', 'suggestions',
    'theme_proposals', 'webhook_endpoints', 'raw_events', 'reembeddings', 'workspace_settings',
    'notifications', 'maintenance_runs'
]) AS t;
SELECT pmflow_protect(t::regclass, true) FROM unnest(ARRAY['theme_events', 'automation_events']) AS t;
"""

REEMBEDDING = """
CREATE FUNCTION pmflow_workspaces_to_reembed(wanted text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.id FROM workspaces w
    WHERE w.deleted_at IS NULL AND EXISTS (
        SELECT FROM signals s
        WHERE s.workspace_id = w.id AND s.deleted_at IS NULL AND s.embedding_model <> wanted
    )
$$;
REVOKE ALL ON FUNCTION pmflow_workspaces_to_reembed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_workspaces_to_reembed TO pmflow_app;
"""
SUGGEST = """
CREATE OR REPLACE FUNCTION pmflow_unprocessed_workspaces() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.workspace_id FROM signals s
    WHERE s.processed_at IS NULL AND s.deleted_at IS NULL
      AND (s.claimed_until IS NULL OR s.claimed_until < now())
    UNION
    SELECT DISTINCT s.workspace_id FROM signals s
    WHERE s.suggested_at IS NULL AND s.processed_at IS NOT NULL AND s.deleted_at IS NULL
      AND (s.claimed_until IS NULL OR s.claimed_until < now())
$$;
"""
SEARCH = """
DROP INDEX ix_signals_words;
CREATE INDEX ix_signals_words ON signals USING gin (
    (to_tsvector('english', left(verbatim, 20000)) || array_to_tsvector(ARRAY[workspace_id::text]))
);
DROP INDEX ix_signals_embedding;
CREATE INDEX ix_signals_embedding ON signals
    USING hnsw ((embedding::halfvec(384)) halfvec_cosine_ops);
CREATE INDEX ix_signals_model ON signals (workspace_id, embedding_model)
    WHERE embedding_model IS NOT NULL;
CREATE INDEX ix_document_versions_words ON document_versions USING gin (
    (to_tsvector('english', left(content, 200000)) || array_to_tsvector(ARRAY[workspace_id::text]))
);

CREATE FUNCTION pmflow_here() RETURNS tsquery LANGUAGE sql STABLE AS $$
    SELECT quote_literal(NULLIF(current_setting('app.ws', true), ''))::tsquery
$$;

CREATE OR REPLACE FUNCTION pmflow_signals_with_words(wanted text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM signals
    WHERE workspace_id = NULLIF(current_setting('app.ws', true), '')::uuid
      AND (to_tsvector('english', left(verbatim, 20000)) || array_to_tsvector(ARRAY[workspace_id::text]))
          @@ (to_tsquery('english', wanted) && pmflow_here())
      -- nothing asked for, joined with the workspace, would match all of it
      AND numnode(to_tsquery('english', wanted)) > 0
$$;

-- The words of a question as the index knows them, in their order; share is how many of all texts
-- hold a usual word, null for a rare one. Row security hides these statistics from the app role.
CREATE FUNCTION pmflow_words_of(question text)
RETURNS TABLE (word text, share real, used boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH usual AS MATERIALIZED (
        SELECT u.word, u.share FROM pg_stats, LATERAL ROWS FROM (
            unnest(most_common_elems::text::text[]), unnest(most_common_elem_freqs)
        ) AS u(word, share)
        WHERE schemaname = 'public' AND tablename = 'ix_signals_words'
    )
    SELECT asked.lexeme, usual.share, usual.share IS NOT NULL OR EXISTS (
        SELECT FROM signals
        WHERE workspace_id = NULLIF(current_setting('app.ws', true), '')::uuid
          AND (to_tsvector('english', left(verbatim, 20000)) || array_to_tsvector(ARRAY[workspace_id::text]))
              @@ (array_to_tsvector(ARRAY[asked.lexeme])::text::tsquery && pmflow_here())
    )
    FROM unnest(to_tsvector('english', question)) AS asked
    LEFT JOIN usual ON usual.word = asked.lexeme
    ORDER BY asked.positions[1]
$$;

-- Signals by the words they hold: a word counts by how rare it is, a long text's words less.
-- Each of `probes` finds at most `most` signals, which hold the words numbered in `holding`;
-- `shares` is how many of all texts hold a word at the least, by its number.
CREATE FUNCTION pmflow_signals_by_words(
    probes text[], holding text[], shares real[], narrow jsonb, signals_here int, most int
)
RETURNS TABLE (id uuid, score double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH found AS MATERIALIZED (
        SELECT p.held, s.id, octet_length(s.verbatim) AS size
        FROM unnest(probes, holding) AS p(probe, held) CROSS JOIN LATERAL (
            SELECT signals.id, signals.verbatim FROM signals
            WHERE workspace_id = NULLIF(current_setting('app.ws', true), '')::uuid
              AND (to_tsvector('english', left(verbatim, 20000)) || array_to_tsvector(ARRAY[workspace_id::text]))
                  @@ (p.probe::tsquery && pmflow_here())
              AND numnode(p.probe::tsquery) > 0
              AND deleted_at IS NULL
              AND CASE WHEN narrow ? 'status' THEN status = narrow->>'status'
                       ELSE status NOT IN ('archived', 'merged') END
              AND (NOT narrow ? 'severity' OR severity = narrow->>'severity')
              AND (NOT narrow ? 'source' OR source = narrow->>'source')
              AND (NOT narrow ? 'kind' OR kind = narrow->>'kind')
              AND (NOT narrow ? 'segment' OR segment = narrow->>'segment')
              AND (NOT narrow ? 'since' OR received_at >= (narrow->>'since')::timestamptz)
              AND (NOT narrow ? 'theme' OR EXISTS (
                  SELECT FROM theme_memberships m WHERE m.workspace_id = signals.workspace_id
                  AND m.signal_id = signals.id AND m.theme_id = (narrow->>'theme')::uuid))
              AND (NOT narrow ? 'project' OR EXISTS (
                  SELECT FROM signal_projects l WHERE l.workspace_id = signals.workspace_id
                  AND l.signal_id = signals.id AND l.project_id = (narrow->>'project')::uuid))
            LIMIT most
        ) AS s
    ), held AS (
        SELECT DISTINCT w.word::int AS word, found.id, found.size
        FROM found, unnest(string_to_array(found.held, ',')) AS w(word)
    ), weight AS (
        SELECT word, ln(1 + (greatest(signals_here, many) - many + 0.5) / (many + 0.5)) AS weight
        FROM (SELECT word, greatest(count(*), shares[word] * signals_here)::float8 AS many
              FROM held GROUP BY word) AS counted
    ), middle AS (
        SELECT greatest(avg(size), 1)::float8 AS size FROM (SELECT DISTINCT id, size FROM held) AS each
    )
    SELECT held.id, sum(weight.weight) / sqrt(0.5 + 0.5 * min(held.size) / min(middle.size)) AS score
    FROM held JOIN weight USING (word) CROSS JOIN middle
    GROUP BY held.id ORDER BY score DESC, held.id DESC LIMIT most
$$;

-- Current versions of documents that hold words, the best first.
CREATE FUNCTION pmflow_documents_with_words(wanted text, most int)
RETURNS TABLE (id uuid, score real)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.id, ts_rank_cd(to_tsvector('english', left(v.content, 200000)), wanted::tsquery, 1) AS score
    FROM document_versions v
    JOIN documents d ON d.workspace_id = v.workspace_id AND d.id = v.document_id AND d.latest = v.number
    JOIN projects p ON p.workspace_id = d.workspace_id AND p.id = d.project_id AND p.deleted_at IS NULL
    WHERE v.workspace_id = NULLIF(current_setting('app.ws', true), '')::uuid
      AND (to_tsvector('english', left(v.content, 200000)) || array_to_tsvector(ARRAY[v.workspace_id::text]))
          @@ (wanted::tsquery && pmflow_here())
      AND numnode(wanted::tsquery) > 0
    ORDER BY score DESC, v.id DESC LIMIT most
$$;
REVOKE ALL ON FUNCTION pmflow_words_of, pmflow_signals_by_words, pmflow_documents_with_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_words_of, pmflow_signals_by_words, pmflow_documents_with_words TO pmflow_app;
"""
EACH_WORD = """
CREATE FUNCTION pmflow_signals_with_each_word(words text[], most int)
RETURNS TABLE (word text, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    SELECT w.word, found.id FROM unnest(words) AS w(word) CROSS JOIN LATERAL (
        SELECT s.id FROM signals s
        WHERE s.workspace_id = NULLIF(current_setting('app.ws', true), '')::uuid
          AND s.deleted_at IS NULL AND s.status NOT IN ('archived', 'merged')
          AND (to_tsvector('english', left(s.verbatim, 20000)) || array_to_tsvector(ARRAY[s.workspace_id::text]))
              @@ (plainto_tsquery('english', w.word) && pmflow_here())
          AND numnode(plainto_tsquery('english', w.word)) > 0
        LIMIT most
    ) AS found
$$;
REVOKE ALL ON FUNCTION pmflow_signals_with_each_word FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_signals_with_each_word TO pmflow_app;
"""
MAINTAIN = """
CREATE FUNCTION pmflow_workspaces_to_maintain(pause interval) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.id FROM workspaces w
    WHERE w.deleted_at IS NULL
      AND EXISTS (SELECT FROM signals s WHERE s.workspace_id = w.id)
      AND (NOT EXISTS (
              SELECT FROM maintenance_runs m
              WHERE m.workspace_id = w.id AND m.chore = 'automation'
                AND m.created_at > now() - pause)
           OR EXISTS (
              SELECT FROM maintenance_runs m
              WHERE m.workspace_id = w.id AND m.finished_at IS NULL
                AND (m.claimed_until IS NULL OR m.claimed_until < now())))
    ORDER BY w.id
$$;
REVOKE ALL ON FUNCTION pmflow_workspaces_to_maintain FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_workspaces_to_maintain TO pmflow_app;
"""
INTAKE = """
CREATE FUNCTION pmflow_workspace_of_endpoint(endpoint uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT workspace_id FROM webhook_endpoints WHERE id = endpoint AND deleted_at IS NULL
$$;
CREATE FUNCTION pmflow_imports_to_read() RETURNS TABLE (workspace_id uuid, import_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.workspace_id, i.id FROM imports i
    WHERE i.status = 'running' AND (i.claimed_until IS NULL OR i.claimed_until < now())
$$;
CREATE FUNCTION pmflow_workspaces_with_events() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT workspace_id FROM raw_events WHERE status = 'received' AND due_at <= now()
$$;
CREATE FUNCTION pmflow_workspaces_with_old_events() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT workspace_id FROM raw_events WHERE created_at < now() - interval '30 days'
$$;
REVOKE ALL ON FUNCTION pmflow_workspace_of_endpoint, pmflow_imports_to_read,
    pmflow_workspaces_with_events, pmflow_workspaces_with_old_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_workspace_of_endpoint, pmflow_imports_to_read,
    pmflow_workspaces_with_events, pmflow_workspaces_with_old_events TO pmflow_app;
SELECT pmflow_protect('import_chunks'::regclass, false);
"""
PROTECT_CUSTOMERS = "SELECT pmflow_protect('customer_merges', false)"
SENDERS = """
CREATE TEMPORARY TABLE senders (workspace_id uuid, customer text, id uuid, key text, name text,
    email text) ON COMMIT DROP
"""
CUSTOMERS = """
INSERT INTO customers (id, created_at, workspace_id, key, name, email)
SELECT DISTINCT ON (workspace_id, key) id, now(), workspace_id, key, name, email FROM senders
ORDER BY workspace_id, key, customer
"""
CUSTOMERS_OF_SIGNALS = """
UPDATE signals SET customer_id = c.id FROM senders s JOIN customers c
    ON c.workspace_id = s.workspace_id AND c.key = s.key
WHERE signals.workspace_id = s.workspace_id AND signals.customer = s.customer
"""


def _make_customers_of_senders() -> None:
    """Give the signals that are there their customers, by the rule of new ones."""
    from pmflow_core.customers.senders import from_text
    from pmflow_core.ids import uuid7

    connection = op.get_bind()
    given = connection.execute(
        sa.text("SELECT DISTINCT workspace_id, customer FROM signals WHERE customer IS NOT NULL")
    )
    rows = [
        {"w": row[0], "c": row[1], "id": uuid7(), "k": sender.key, "n": sender.name,
         "e": sender.email}
        for row in given
        if (sender := from_text(row[1])) is not None
    ]
    if not rows:
        return
    connection.execute(sa.text(SENDERS))
    connection.execute(sa.text("INSERT INTO senders VALUES (:w, :c, :id, :k, :n, :e)"), rows)
    connection.execute(sa.text(CUSTOMERS))
    connection.execute(sa.text(CUSTOMERS_OF_SIGNALS))


def upgrade() -> None:
    op.create_table('customers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('company', sa.String(), nullable=True),
    sa.Column('tier', sa.String(), nullable=True),
    sa.Column('annual_value', sa.Numeric(precision=14, scale=2), nullable=True),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('merged_into', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'merged_into'], ['customers.workspace_id', 'customers.id'], name=op.f('fk_customers_workspace_id_merged_into')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customers')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_customers_workspace_id_id'))
    )
    op.create_index('uq_customers_live_key', 'customers', ['workspace_id', 'key'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_index('ix_customers_merged_into', 'customers', ['workspace_id', 'merged_into'], unique=False, postgresql_where='merged_into IS NOT NULL')
    op.create_table('customer_merges',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('kept_id', sa.Uuid(), nullable=False),
    sa.Column('merged_id', sa.Uuid(), nullable=False),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('merged_by', sa.Uuid(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'kept_id'], ['customers.workspace_id', 'customers.id'], name=op.f('fk_customer_merges_workspace_id_kept_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'merged_id'], ['customers.workspace_id', 'customers.id'], name=op.f('fk_customer_merges_workspace_id_merged_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_merges')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_customer_merges_workspace_id_id'))
    )
    op.create_index(op.f('ix_customer_merges_workspace_id_kept_id'), 'customer_merges', ['workspace_id', 'kept_id'], unique=False)
    op.create_index('uq_customer_merges_standing', 'customer_merges', ['workspace_id', 'merged_id'], unique=True, postgresql_where='undone_at IS NULL')
    op.create_table('maintenance_runs',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('chore', sa.String(), nullable=False),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('error', sa.String(), nullable=True),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_runs')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_maintenance_runs_workspace_id_id'))
    )
    op.create_index('uq_maintenance_runs_open', 'maintenance_runs', ['workspace_id', 'chore'], unique=True, postgresql_where='finished_at IS NULL')
    op.create_index(op.f('ix_maintenance_runs_workspace_id_chore_created_at'), 'maintenance_runs', ['workspace_id', 'chore', 'created_at'], unique=False)
    op.create_table('originals',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('format', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_originals')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_originals_workspace_id_id')),
    sa.UniqueConstraint('workspace_id', 'sha256', name=op.f('uq_originals_workspace_id_sha256'))
    )
    op.create_table('personas',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('segment', sa.String(), nullable=True),
    sa.Column('weight', sa.Float(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_personas')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_personas_workspace_id_id'))
    )
    op.create_index('uq_personas_live_name', 'personas', ['workspace_id', 'name'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_table('reembeddings',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('model', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(), nullable=True),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reembeddings'))
    )
    op.create_index('uq_reembeddings_running', 'reembeddings', ['workspace_id'], unique=True, postgresql_where="status = 'running'")
    op.create_table('theme_proposals',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('theme_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('plan', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('signals', sa.Integer(), nullable=False),
    sa.Column('documents', sa.Integer(), nullable=False),
    sa.Column('clustering_id', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('undo', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_theme_proposals')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_theme_proposals_workspace_id_id'))
    )
    op.create_index(op.f('ix_theme_proposals_workspace_id_status_created_at'), 'theme_proposals', ['workspace_id', 'status', 'created_at'], unique=False)
    op.create_index('uq_theme_proposals_key', 'theme_proposals', ['workspace_id', 'key'], unique=True, postgresql_where="status IN ('proposed', 'dismissed')")
    op.create_table('webhook_endpoints',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('secret_version', sa.Integer(), nullable=True),
    sa.Column('rotated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_endpoints')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_webhook_endpoints_workspace_id_id'))
    )
    op.create_table('workspace_settings',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.String(), nullable=False),
    sa.Column('value', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('changed_by', sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workspace_settings')),
    sa.UniqueConstraint('workspace_id', 'area', name=op.f('uq_workspace_settings_workspace_id_area'))
    )
    op.create_table('notifications',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('link', sa.String(), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notifications_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notifications')),
    sa.UniqueConstraint('workspace_id', 'user_id', 'key', name=op.f('uq_notifications_workspace_id_user_id_key'))
    )
    op.create_index(op.f('ix_notifications_workspace_id_user_id_created_at'), 'notifications', ['workspace_id', 'user_id', 'created_at'], unique=False)
    op.create_table('raw_events',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('endpoint_id', sa.Uuid(), nullable=False),
    sa.Column('delivery_id', sa.String(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('content_type', sa.String(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('processed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(), nullable=True),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'endpoint_id'], ['webhook_endpoints.workspace_id', 'webhook_endpoints.id'], name=op.f('fk_raw_events_workspace_id_endpoint_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_raw_events')),
    sa.UniqueConstraint('workspace_id', 'endpoint_id', 'delivery_id', name=op.f('uq_raw_events_workspace_id_endpoint_id_delivery_id'))
    )
    op.create_index('ix_raw_events_received', 'raw_events', ['workspace_id', 'created_at'], unique=False, postgresql_where="status = 'received'")
    op.create_table('automation_events',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('theme_id', sa.Uuid(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('verdict', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=True),
    sa.Column('run_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'theme_id'], ['themes.workspace_id', 'themes.id'], name=op.f('fk_automation_events_workspace_id_theme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_automation_events'))
    )
    op.create_index(op.f('ix_automation_events_workspace_id_created_at'), 'automation_events', ['workspace_id', 'created_at'], unique=False)
    op.create_index(op.f('ix_automation_events_workspace_id_theme_id_action'), 'automation_events', ['workspace_id', 'theme_id', 'action'], unique=False)
    op.create_index('uq_automation_events_acted', 'automation_events', ['workspace_id', 'theme_id', 'action'], unique=True, postgresql_where="verdict IN ('done', 'suggested')")
    op.create_table('signal_merges',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('canonical_id', sa.Uuid(), nullable=False),
    sa.Column('duplicate_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('score', sa.Float(), nullable=True),
    sa.Column('words', postgresql.ARRAY(sa.String()), nullable=False),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('merged_by', sa.Uuid(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'canonical_id'], ['signals.workspace_id', 'signals.id'], name=op.f('fk_signal_merges_workspace_id_canonical_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'duplicate_id'], ['signals.workspace_id', 'signals.id'], name=op.f('fk_signal_merges_workspace_id_duplicate_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signal_merges')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_signal_merges_workspace_id_id'))
    )
    op.create_index(op.f('ix_signal_merges_workspace_id_canonical_id'), 'signal_merges', ['workspace_id', 'canonical_id'], unique=False)
    op.create_index('uq_signal_merges_standing', 'signal_merges', ['workspace_id', 'duplicate_id'], unique=True, postgresql_where='undone_at IS NULL')
    op.create_table('signal_personas',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('signal_id', sa.Uuid(), nullable=False),
    sa.Column('persona_id', sa.Uuid(), nullable=False),
    sa.Column('linked_by', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('confidence', sa.Float(), nullable=True),
    sa.Column('is_removed', sa.Boolean(), server_default='false', nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'persona_id'], ['personas.workspace_id', 'personas.id'], name=op.f('fk_signal_personas_workspace_id_persona_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'signal_id'], ['signals.workspace_id', 'signals.id'], name=op.f('fk_signal_personas_workspace_id_signal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signal_personas')),
    sa.UniqueConstraint('workspace_id', 'signal_id', 'persona_id', name=op.f('uq_signal_personas_workspace_id_signal_id_persona_id'))
    )
    op.create_index(op.f('ix_signal_personas_workspace_id_persona_id'), 'signal_personas', ['workspace_id', 'persona_id'], unique=False)
    op.create_table('theme_events',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('theme_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('others', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('signals', sa.Integer(), nullable=False),
    sa.Column('clustering_id', sa.Uuid(), nullable=True),
    sa.Column('proposal_id', sa.Uuid(), nullable=True),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'theme_id'], ['themes.workspace_id', 'themes.id'], name=op.f('fk_theme_events_workspace_id_theme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_theme_events'))
    )
    op.create_index(op.f('ix_theme_events_workspace_id_theme_id_created_at'), 'theme_events', ['workspace_id', 'theme_id', 'created_at'], unique=False)
    op.create_table('suggestions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('signal_id', sa.Uuid(), nullable=True),
    sa.Column('other_signal_id', sa.Uuid(), nullable=True),
    sa.Column('project_id', sa.Uuid(), nullable=True),
    sa.Column('theme_id', sa.Uuid(), nullable=True),
    sa.Column('confidence', sa.Float(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_name', sa.String(), nullable=True),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_suggestions_explained')),
    sa.ForeignKeyConstraint(['workspace_id', 'other_signal_id'], ['signals.workspace_id', 'signals.id'], name=op.f('fk_suggestions_workspace_id_other_signal_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'project_id'], ['projects.workspace_id', 'projects.id'], name=op.f('fk_suggestions_workspace_id_project_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'signal_id'], ['signals.workspace_id', 'signals.id'], name=op.f('fk_suggestions_workspace_id_signal_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'theme_id'], ['themes.workspace_id', 'themes.id'], name=op.f('fk_suggestions_workspace_id_theme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suggestions')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_suggestions_workspace_id_id'))
    )
    op.create_index(op.f('ix_suggestions_workspace_id_signal_id'), 'suggestions', ['workspace_id', 'signal_id'], unique=False)
    op.create_index(op.f('ix_suggestions_workspace_id_status_created_at'), 'suggestions', ['workspace_id', 'status', 'created_at'], unique=False)
    op.create_index('uq_suggestions_key', 'suggestions', ['workspace_id', 'kind', 'key'], unique=True, postgresql_where="status IN ('proposed', 'dismissed')")
    op.add_column('signals', sa.Column('customer_id', sa.Uuid(), nullable=True))
    op.add_column('signals', sa.Column('original_id', sa.Uuid(), nullable=True))
    op.add_column('signals', sa.Column('starts_at', sa.Integer(), nullable=True))
    op.add_column('signals', sa.Column('ends_at', sa.Integer(), nullable=True))
    op.add_column('signals', sa.Column('merged_into', sa.Uuid(), nullable=True))
    op.add_column('signals', sa.Column('suggested_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_signals_customer', 'signals', ['workspace_id', 'customer_id'], unique=False, postgresql_where='customer_id IS NOT NULL')
    op.create_index('ix_signals_merged_into', 'signals', ['workspace_id', 'merged_into'], unique=False, postgresql_where='merged_into IS NOT NULL')
    op.create_index('ix_signals_unsuggested', 'signals', ['workspace_id', 'number'], unique=False, postgresql_where='suggested_at IS NULL AND processed_at IS NOT NULL AND deleted_at IS NULL')
    op.create_foreign_key(op.f('fk_signals_workspace_id_original_id'), 'signals', 'originals', ['workspace_id', 'original_id'], ['workspace_id', 'id'])
    op.create_foreign_key(op.f('fk_signals_workspace_id_customer_id'), 'signals', 'customers', ['workspace_id', 'customer_id'], ['workspace_id', 'id'])
    op.create_foreign_key(op.f('fk_signals_workspace_id_merged_into'), 'signals', 'signals', ['workspace_id', 'merged_into'], ['workspace_id', 'id'])
    op.add_column('signals', sa.Column('next_embedding', pgvector.sqlalchemy.Vector(384), nullable=True))
    op.add_column('signals', sa.Column('next_model', sa.String(), nullable=True))
    op.alter_column('provider_calls', 'run_id', nullable=True)
    op.alter_column('provider_calls', 'project_id', nullable=True)
    op.execute(PROTECT)
    op.execute(REEMBEDDING)
    op.execute(SUGGEST)
    op.execute(SEARCH)
    op.execute(EACH_WORD)
    op.execute(MAINTAIN)
    op.add_column('imports', sa.Column('source', sa.String(), server_default='upload', nullable=False))
    op.add_column('imports', sa.Column('options', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False))
    op.add_column('imports', sa.Column('total', sa.Integer(), server_default='0', nullable=False))
    op.add_column('imports', sa.Column('position', sa.Integer(), server_default='0', nullable=False))
    op.add_column('imports', sa.Column('attempts', sa.Integer(), server_default='0', nullable=False))
    op.add_column('imports', sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_imports_running', 'imports', ['claimed_until'], unique=False, postgresql_where="status = 'running'")
    op.create_table('import_chunks',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('import_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'import_id'], ['imports.workspace_id', 'imports.id'], name=op.f('fk_import_chunks_workspace_id_import_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_chunks')),
    sa.UniqueConstraint('workspace_id', 'import_id', 'number', name=op.f('uq_import_chunks_workspace_id_import_id_number'))
    )
    op.create_index('ix_raw_events_age', 'raw_events', ['created_at'], unique=False)
    op.execute(INTAKE)
    op.execute(PROTECT_CUSTOMERS)
    _make_customers_of_senders()


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
