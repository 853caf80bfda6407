"""Sample workspaces: making one with its messages, finding it again, replacing it."""

import secrets
from contextlib import suppress
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from pmflow_core import onboarding
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import enter_workspace, transaction
from pmflow_core.demo import ledger, retire
from pmflow_core.demo.messages import batches
from pmflow_core.errors import Conflict, NotFound
from pmflow_core.ids import uuid7
from pmflow_core.jobs import Job, enqueue_on_commit
from pmflow_core.signals import service as signals
from pmflow_core.workspaces import repository as workspace_rows
from pmflow_core.workspaces import service as workspaces
from pmflow_core.workspaces.models import Workspace
from pmflow_core.workspaces.schemas import WorkspaceRead
from pmflow_core.workspaces.service import SlugTaken

NAME = "Sample bank app"
SLUG = "sample"
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


class NotASample(Conflict):
    """A workspace with that slug holds real work."""

    code = "not_a_sample"


def find_sample(slug: str = SLUG) -> UUID | None:
    """Return the sample workspace with that slug, None where the slug is free.

    Raises:
        NotASample: the slug is that of a real workspace.
    """
    with transaction(None) as session:
        workspace_id = workspace_rows.find_by_slug(session, slug)
        if workspace_id is None:
            return None
        enter_workspace(session, workspace_id)
        if not session.get_one(Workspace, workspace_id).is_sample:
            raise NotASample(
                f"The workspace {slug!r} holds real work; choose another slug for the sample."
            )
        return workspace_id


def begin(admin_user_id: UUID, slug: str = SLUG) -> UUID:
    """Make the sample workspace with all its messages, or find it; `story.finish` goes on.

    Workspace and messages are one transaction, so what is found is whole.

    Raises:
        NotASample: the slug is that of a real workspace.
        InvalidSlug: the slug cannot be part of an address.
    """
    found = find_sample(slug)
    if found is not None:
        return found
    try:
        with transaction(None) as session:
            return _make(session, admin_user_id, slug).id
    except SlugTaken:
        # Another process was quicker.
        found = find_sample(slug)
        if found is None:
            raise
        return found


def reset(slug: str = SLUG) -> UUID:
    """Put a fresh sample workspace with the same members in place of the one with that slug.

    The old one is retired whole: decisions, document versions and logs are append-only, so what
    they belong to cannot be deleted by the application. Old and new change places in one
    transaction; `story.finish` goes on.

    Raises:
        NotFound: there is no workspace with that slug.
        NotASample: it is a real one.
        Conflict: somebody else has just reset it.
    """
    old = find_sample(slug)
    if old is None:
        raise NotFound(f"There is no sample workspace {slug!r}. Run first: pmflow demo load")
    with transaction(old) as session:
        loader = ledger.loader(old)
        members = workspaces.list_members(session, loader)
        retire.retire(session, loader)
        first = min((one for one in members if one.role is Role.ADMIN), key=lambda one: one.since)
        made = _make(session, first.user_id, slug)
        for member in members:
            workspace_rows.add_member(session, made.id, member.user_id, member.role)
        return made.id


def request_sample(session: Session, user_id: UUID) -> WorkspaceRead:
    """Give a signed-in person a sample workspace and let a worker finish it; again finds the same.

    Takes a session outside of any workspace and leaves it inside the sample.
    """
    session.execute(_ONE_AT_A_TIME, {"key": f"sample {user_id}"})
    found = _sample_of(session, user_id)
    if found is None:
        # Two of this six-digit kind do not meet in one installation; if so the second press helps.
        found = _make_somewhere(session, user_id, (SLUG, f"{SLUG}-{secrets.token_hex(3)}"))
    if not ledger.is_loaded(session):
        key = str(found.id)
        enqueue_on_commit(session, Job.LOAD_DEMO, key, job_id=f"sample-{key}")
    return found


def _sample_of(session: Session, user_id: UUID) -> WorkspaceRead | None:
    for found in workspaces.list_workspaces(session, user_id):
        enter_workspace(session, found.id)
        if session.get_one(Workspace, found.id).is_sample:
            return found
    return None


def _make_somewhere(session: Session, user_id: UUID, slugs: tuple[str, ...]) -> WorkspaceRead:
    for slug in slugs[:-1]:
        with suppress(SlugTaken):
            return _make(session, user_id, slug)
    return _make(session, user_id, slugs[-1])


def _make(session: Session, admin_user_id: UUID, slug: str) -> WorkspaceRead:
    workspace_id = uuid7()
    enter_workspace(session, workspace_id)
    made = onboarding.create_workspace(
        session, workspace_id, name=NAME, slug=slug, admin_user_id=admin_user_id, is_sample=True
    )
    actor = Actor(workspace_id, Role.ADMIN, admin_user_id)
    for batch in batches(utcnow()):
        signals.ingest(session, actor, batch.rows, source=batch.source)
    return made
