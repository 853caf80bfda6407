"""The signals engine: customers, originals, merges, suggestions, lineage, automation, deliveries."""

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
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customers')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_customers_workspace_id_id'))
    )
    op.create_index('uq_customers_live_key', 'customers', ['workspace_id', 'key'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_table('maintenance_runs',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('chore', sa.String(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('error', sa.String(), nullable=True),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_runs')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_maintenance_runs_workspace_id_id'))
    )
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
    sa.Column('secret', sa.String(), nullable=True),
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
    op.alter_column('provider_calls', 'run_id', nullable=True)
    op.execute(PROTECT)
    op.execute(SUGGEST)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
