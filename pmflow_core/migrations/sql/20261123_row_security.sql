-- The database's wall between workspaces. The app role owns nothing and bypasses nothing; each
-- transaction takes it with set_config('role', …, true), so one login role is enough.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pmflow_app') THEN
        CREATE ROLE pmflow_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT;
    END IF;
    -- Since PostgreSQL 16 the creator of a role may administer it but not become it.
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE 'GRANT pmflow_app TO CURRENT_USER WITH SET TRUE, INHERIT FALSE';
    ELSE
        EXECUTE 'GRANT pmflow_app TO CURRENT_USER';
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'The database user may not create the role pmflow_app. An administrator must run once: ALTER ROLE % CREATEROLE;', current_user;
END $$;

GRANT USAGE ON SCHEMA public TO pmflow_app;
GRANT SELECT ON alembic_version TO pmflow_app;

-- Later migrations call this for every new table of a tenant.
CREATE FUNCTION pmflow_protect(tenant_table regclass, append_only boolean, key text DEFAULT 'workspace_id')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    inside text := format('%I = NULLIF(current_setting(''app.ws'', true), '''')::uuid', key);
    rights text := CASE WHEN append_only THEN 'SELECT, INSERT' ELSE 'SELECT, INSERT, UPDATE, DELETE' END;
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY tenant ON %s TO pmflow_app USING (%s) WITH CHECK (%s)', tenant_table, inside, inside);
    EXECUTE format('GRANT %s ON %s TO pmflow_app', rights, tenant_table);
END $$;
REVOKE ALL ON FUNCTION pmflow_protect FROM PUBLIC;

SELECT pmflow_protect(t::regclass, false) FROM unnest(ARRAY[
    'api_keys', 'memberships', 'counters', 'stages', 'projects', 'documents', 'imports', 'signals',
    'signal_projects', 'clusterings', 'themes', 'theme_memberships', 'recipes', 'recipe_versions',
    'stage_runs', 'run_steps'
]) AS t;
SELECT pmflow_protect(t::regclass, true) FROM unnest(ARRAY[
    'audit_log', 'activity', 'stage_transitions', 'decisions', 'document_versions', 'citations',
    'run_logs', 'approvals'
]) AS t;
SELECT pmflow_protect('workspaces', false, 'id');

GRANT SELECT, INSERT, UPDATE, DELETE ON users, sessions, sign_in_failures, worker_heartbeats TO pmflow_app;

-- The few questions that must be answered before a workspace is known. Each returns ids, never
-- a tenant's content, and runs as the tables' owner.
CREATE FUNCTION pmflow_memberships(member uuid)
RETURNS TABLE (workspace_id uuid, slug text, name text, key_prefix text, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.id, w.slug, w.name, w.key_prefix, m.role FROM memberships m
    JOIN workspaces w ON w.id = m.workspace_id
    WHERE m.user_id = member AND w.deleted_at IS NULL ORDER BY w.name, w.id
$$;
CREATE FUNCTION pmflow_workspace_by_slug(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM workspaces WHERE slug = wanted AND deleted_at IS NULL
$$;
CREATE FUNCTION pmflow_api_key(hash text)
RETURNS TABLE (id uuid, workspace_id uuid, role text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.workspace_id, k.role, k.name FROM api_keys k
    JOIN workspaces w ON w.id = k.workspace_id
    WHERE k.secret_hash = hash AND k.revoked_at IS NULL AND w.deleted_at IS NULL
      AND (k.expires_at IS NULL OR k.expires_at > now())
$$;
CREATE FUNCTION pmflow_project_by_key(wanted text) RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.workspace_id, p.id FROM projects p WHERE p.key = wanted AND p.deleted_at IS NULL
$$;
CREATE FUNCTION pmflow_workspace_of_project(project uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT workspace_id FROM projects WHERE id = project
$$;
CREATE FUNCTION pmflow_workspace_of_run(run uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT workspace_id FROM stage_runs WHERE id = run
$$;
CREATE FUNCTION pmflow_unfinished_runs() RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.workspace_id, r.id FROM stage_runs r
    WHERE (r.status = 'queued')
       OR (r.status = 'running' AND r.lease_until < now())
    ORDER BY r.queued_at LIMIT 1000
$$;
CREATE FUNCTION pmflow_unprocessed_workspaces() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.workspace_id FROM signals s
    WHERE s.processed_at IS NULL AND s.deleted_at IS NULL
      AND (s.claimed_until IS NULL OR s.claimed_until < now())
$$;
CREATE FUNCTION pmflow_prefix_taken(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM workspaces WHERE key_prefix = wanted)
$$;

DO $$
DECLARE
    signature regprocedure;
BEGIN
    FOR signature IN
        SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND p.proname LIKE 'pmflow\_%' AND p.prosecdef
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pmflow_app', signature);
    END LOOP;
END $$;
