"""What a workspace knows, which runs were told it, and what operators may ask of all workspaces."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_knowledge_ops"
down_revision = "20261127_comments"
branch_labels = None
depends_on = None

PROTECT = """
SELECT pmflow_protect(t::regclass, false) FROM unnest(ARRAY['knowledge', 'run_knowledge']) AS t;
SELECT pmflow_protect('knowledge_versions', true);
"""
# For people who run the installation: ids, counts and times of all workspaces, never a tenant's
# content. The service asks whether they are operators.
OPERATIONS = """
CREATE FUNCTION pmflow_work_everywhere()
RETURNS TABLE (kind text, state text, many bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'runs', status, count(*), min(queued_at) FROM stage_runs
    WHERE status IN ('queued', 'running', 'waiting') GROUP BY status
    UNION ALL
    SELECT 'signals', 'unprocessed', count(*), min(created_at) FROM signals
    WHERE processed_at IS NULL AND deleted_at IS NULL
    UNION ALL
    SELECT 'imports', status, count(*), min(created_at) FROM imports
    WHERE status = 'running' GROUP BY status
    UNION ALL
    SELECT 'deliveries', status, count(*), min(created_at) FROM raw_events
    WHERE status IN ('received', 'failed') GROUP BY status
    UNION ALL
    SELECT 'effects', status, count(*), min(created_at) FROM outbox
    WHERE status IN ('pending', 'failed') GROUP BY status
$$;
CREATE FUNCTION pmflow_open_runs_everywhere(most int)
RETURNS TABLE (
    id uuid, workspace_id uuid, slug text, number int, stage text, status text,
    waiting_for text, queued_at timestamptz, started_at timestamptz, lease_until timestamptz,
    worker text, crashes int
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.id, r.workspace_id, w.slug, r.number, r.stage, r.status, r.waiting_for, r.queued_at,
           r.started_at, r.lease_until, r.worker, r.crashes
    FROM stage_runs r JOIN workspaces w ON w.id = r.workspace_id
    WHERE r.status IN ('queued', 'running', 'waiting')
    ORDER BY r.status = 'waiting', r.queued_at, r.id LIMIT most
$$;
CREATE FUNCTION pmflow_reembeddings_everywhere()
RETURNS TABLE (slug text, model text, total int, done int, created_at timestamptz, failed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.slug, r.model, r.total, r.done, r.created_at, r.error IS NOT NULL
    FROM reembeddings r JOIN workspaces w ON w.id = r.workspace_id
    WHERE r.status = 'running' ORDER BY r.created_at, r.id
$$;
REVOKE ALL ON FUNCTION
    pmflow_work_everywhere, pmflow_open_runs_everywhere, pmflow_reembeddings_everywhere FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    pmflow_work_everywhere, pmflow_open_runs_everywhere, pmflow_reembeddings_everywhere
    TO pmflow_app;
"""


def upgrade() -> None:
    op.create_table('knowledge',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('is_told', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_name', sa.String(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knowledge')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_knowledge_workspace_id_id'))
    )
    op.create_index('uq_knowledge_live_title', 'knowledge', ['workspace_id', 'title'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_table('knowledge_versions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('author_name', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'record_id'], ['knowledge.workspace_id', 'knowledge.id'], name=op.f('fk_knowledge_versions_workspace_id_record_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knowledge_versions')),
    sa.UniqueConstraint('record_id', 'number', name=op.f('uq_knowledge_versions_record_id_number'))
    )
    op.create_table('run_knowledge',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'record_id'], ['knowledge.workspace_id', 'knowledge.id'], name=op.f('fk_run_knowledge_workspace_id_record_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id', 'run_id'], ['stage_runs.workspace_id', 'stage_runs.id'], name=op.f('fk_run_knowledge_workspace_id_run_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run_knowledge')),
    sa.UniqueConstraint('run_id', 'record_id', 'version', name=op.f('uq_run_knowledge_run_id_record_id_version'))
    )
    op.create_index(op.f('ix_run_knowledge_workspace_id_record_id'), 'run_knowledge', ['workspace_id', 'record_id'], unique=False)
    op.execute(PROTECT)
    op.execute(OPERATIONS)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
