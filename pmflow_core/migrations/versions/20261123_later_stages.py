"""Later stages: tickets, artifacts, votes, questions, effects to carry out, and re-runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

revision = "20261123g"
down_revision = "20261123f"
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE OR REPLACE FUNCTION pmflow_unfinished_runs() RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.workspace_id, r.id FROM stage_runs r
    WHERE r.status = 'queued' OR (r.status = 'running' AND r.lease_until < now())
    -- However long the queue is, runs that lost their worker come first.
    ORDER BY r.status = 'queued', r.queued_at LIMIT 1000
$$;
CREATE FUNCTION pmflow_overdue_questions() RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT q.workspace_id, q.id FROM questions q
    WHERE q.answered_at IS NULL AND q.deadline_at < now() ORDER BY q.deadline_at LIMIT 1000
$$;
CREATE FUNCTION pmflow_workspaces_with_due_effects() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT o.workspace_id FROM outbox o WHERE o.status = 'pending' AND o.due_at <= now()
$$;
REVOKE ALL ON FUNCTION pmflow_overdue_questions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_overdue_questions TO pmflow_app;
REVOKE ALL ON FUNCTION pmflow_workspaces_with_due_effects FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pmflow_workspaces_with_due_effects TO pmflow_app;
"""
PROTECT = """
SELECT pmflow_protect('outbox', false), pmflow_protect('tickets', false),
       pmflow_protect('artifacts', true), pmflow_protect('jury_evaluations', true),
       pmflow_protect('questions', false)
"""


def _add(table: str, name: str, kind: TypeEngine[object], default: str) -> None:
    """Add a column whose existing rows get a default that new rows do not need."""
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=sa.text(default)))
    op.alter_column(table, name, server_default=None)


def upgrade() -> None:
    op.create_table('outbox',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('workspace_id', 'key', name=op.f('uq_outbox_workspace_id_key'))
    )
    op.create_index('ix_outbox_pending', 'outbox', ['due_at'], unique=False, postgresql_where="status = 'pending'")
    op.create_table('tickets',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('plan_key', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('acceptance', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('covers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('estimate', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'project_id'], ['projects.workspace_id', 'projects.id'], name=op.f('fk_tickets_workspace_id_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tickets')),
    sa.UniqueConstraint('project_id', 'plan_key', name=op.f('uq_tickets_project_id_plan_key')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_tickets_workspace_id_id')),
    sa.UniqueConstraint('workspace_id', 'number', name=op.f('uq_tickets_workspace_id_number'))
    )
    op.create_table('artifacts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('step_key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'project_id'], ['projects.workspace_id', 'projects.id'], name=op.f('fk_artifacts_workspace_id_project_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'run_id'], ['stage_runs.workspace_id', 'stage_runs.id'], name=op.f('fk_artifacts_workspace_id_run_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_artifacts')),
    sa.UniqueConstraint('run_id', 'step_key', 'name', name=op.f('uq_artifacts_run_id_step_key_name')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_artifacts_workspace_id_id'))
    )
    op.create_index(op.f('ix_artifacts_workspace_id_project_id_created_at'), 'artifacts', ['workspace_id', 'project_id', 'created_at'], unique=False)
    op.create_table('jury_evaluations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('step_key', sa.String(), nullable=False),
    sa.Column('persona', sa.String(), nullable=False),
    sa.Column('weight', sa.Float(), nullable=False),
    sa.Column('vote', sa.String(), nullable=False),
    sa.Column('reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('conditions', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('versions', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id', 'project_id'], ['projects.workspace_id', 'projects.id'], name=op.f('fk_jury_evaluations_workspace_id_project_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'run_id'], ['stage_runs.workspace_id', 'stage_runs.id'], name=op.f('fk_jury_evaluations_workspace_id_run_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jury_evaluations')),
    sa.UniqueConstraint('run_id', 'step_key', 'persona', name=op.f('uq_jury_evaluations_run_id_step_key_persona'))
    )
    op.create_index(op.f('ix_jury_evaluations_workspace_id_project_id_created_at'), 'jury_evaluations', ['workspace_id', 'project_id', 'created_at'], unique=False)
    op.create_table('questions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('workspace_id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('step_key', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('options', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('default', sa.String(), nullable=True),
    sa.Column('deadline_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.String(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('answered_by_name', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['workspace_id', 'project_id'], ['projects.workspace_id', 'projects.id'], name=op.f('fk_questions_workspace_id_project_id')),
    sa.ForeignKeyConstraint(['workspace_id', 'run_id'], ['stage_runs.workspace_id', 'stage_runs.id'], name=op.f('fk_questions_workspace_id_run_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questions')),
    sa.UniqueConstraint('run_id', 'step_key', 'key', name=op.f('uq_questions_run_id_step_key_key')),
    sa.UniqueConstraint('workspace_id', 'id', name=op.f('uq_questions_workspace_id_id'))
    )
    op.create_index('ix_questions_open', 'questions', ['deadline_at'], unique=False, postgresql_where='answered_at IS NULL')
    _add('decisions', 'budget', postgresql.JSONB(astext_type=sa.Text()), "'{}'")
    op.add_column('provider_calls', sa.Column('request', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    _add('provider_calls', 'tool_calls', postgresql.JSONB(astext_type=sa.Text()), "'[]'")
    op.create_index(op.f('ix_provider_calls_workspace_id_request_hash'), 'provider_calls', ['workspace_id', 'request_hash'], unique=False)
    op.add_column('run_steps', sa.Column('params', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column('run_steps', sa.Column('reused_from', sa.Uuid(), nullable=True))
    _add('run_steps', 'live_text', sa.String(), "''")
    _add('run_steps', 'output', postgresql.JSONB(astext_type=sa.Text()), "'{}'")
    op.add_column('stage_runs', sa.Column('rerun_from', sa.String(), nullable=True))
    _add('stage_runs', 'replay', sa.Boolean(), 'false')
    _add('stage_runs', 'gate_evidence', postgresql.JSONB(astext_type=sa.Text()), "'{}'")
    op.execute(FUNCTIONS)
    op.execute(PROTECT)


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
