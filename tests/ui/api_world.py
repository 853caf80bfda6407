"""A workspace with a finished run, and everybody who may or may not ask the API about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import Engine, update
from starlette.testclient import TestClient

from pmflow_core import jobs, onboarding
from pmflow_core.accounts import api_keys
from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.schemas import UserRead
from pmflow_core.board import service as board
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.events import bus
from pmflow_core.projects.models import Project
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import Artifact, StageRun
from pmflow_core.workspaces.models import Membership, Workspace
from pmflow_ui.api.app import make_api
from pmflow_ui.viewer import COOKIE
from tests.conftest import make_user, make_workspace
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine

PROTOTYPE = b"<!doctype html><title>Search</title><script>alert(1)</script>"
Headers = dict[str, str]


@dataclass(frozen=True)
class World:
    """A client, whom it can be, and what there is to ask about."""

    client: TestClient
    callers: dict[str, Headers]
    desk: Desk
    slug: str
    run: UUID
    artifact: UUID

    def ask(
        self, caller: str, method: str, path: str, body: object = None, **headers: str
    ) -> Response:
        """Send a request as somebody; `{run}`, `{project}` and so on stand for what there is."""
        address = path.format(
            run=self.run, project=self.desk.key, artifact=self.artifact, workspace=self.slug
        )
        shown = self.callers[caller] | headers
        return self.client.request(method, address, json=body, headers=shown)


def signed_in(workspace_id: UUID, role: Role) -> Headers:
    """Return the session of a new member."""
    with transaction(workspace_id) as session:
        user = make_user(session, f"A {role.value}")
        session.add(Membership(workspace_id=workspace_id, user_id=user.id, role=role))
    with transaction(None) as session:
        token = accounts.open_session(session, UserRead.model_validate(user)).token
    return {"cookie": f"{COOKIE}={token}"}


def with_key(workspace_id: UUID, role: Role, *, revoked: bool = False) -> Headers:
    """Return the header of a new API key."""
    system = Actor.system(workspace_id)
    with transaction(workspace_id) as session:
        made = api_keys.create_api_key(session, system, f"{role.value} feed", role)
    if revoked:
        with transaction(workspace_id) as session:
            api_keys.revoke_api_key(session, system, made.id)
    return {"authorization": f"Bearer {made.key}"}


def callers_of(workspace_id: UUID) -> dict[str, Headers]:
    """Return everybody who can ask, with what they show of themselves."""
    other = make_workspace("Others")
    return {
        "anonymous": {},
        "stranger": signed_in(other, Role.ADMIN),
        "viewer": signed_in(workspace_id, Role.VIEWER),
        "editor": signed_in(workspace_id, Role.EDITOR),
        "admin": signed_in(workspace_id, Role.ADMIN),
        "no key": {"authorization": "Bearer pmf_nothing"},
        "revoked key": with_key(workspace_id, Role.ADMIN, revoked=True),
        "foreign key": with_key(other, Role.ADMIN),
        "viewer key": with_key(workspace_id, Role.VIEWER),
        "editor key": with_key(workspace_id, Role.EDITOR),
    }


def in_discovery(actor: Actor, name: str) -> Project:
    """Return a new project that is in Discovery, whatever its gates ask for."""
    with transaction(actor.workspace_id) as session:
        project = board.create_project(session, actor, name)
        system = Actor.system(actor.workspace_id)
        board.move(session, system, project.id, "discovery", "for a test")
        return project


@pytest.fixture
def world(desk: Desk, make_engine: MakeEngine) -> Iterator[World]:
    """A project that waits for an approval, with the run that wrote it and a prototype."""
    workspace_id = desk.actor.workspace_id
    with transaction(workspace_id) as session:
        run_id = board.start_run(session, desk.actor, desk.id, "discovery").id
    make_engine(RESEARCH).execute(run_id, "worker")
    with transaction(workspace_id) as session:
        made = Artifact(
            workspace_id=workspace_id,
            project_id=desk.id,
            run_id=run_id,
            step_key="prototype",
            kind="prototype",
            name='search "v1".html',
            media_type="text/html",
            content=PROTOTYPE,
            sha256="0" * 64,
        )
        session.add(made)
        workspace = session.get_one(Workspace, workspace_id)
    with TestClient(make_api(), follow_redirects=False, raise_server_exceptions=False) as client:
        yield World(client, callers_of(workspace_id), desk, workspace.slug, run_id, made.id)


@pytest.fixture
def committed(database: Engine, extensions: Extensions) -> Iterator[Actor]:
    """A workspace whose rows other connections see."""
    del extensions
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    workspace_id = uuid4()
    with transaction(workspace_id) as session:
        owner = make_user(session)
        onboarding.create_workspace(
            session,
            workspace_id,
            name="Once",
            slug=f"once-{workspace_id.hex[:8]}",
            admin_user_id=owner.id,
        )
    yield Actor(workspace_id, Role.EDITOR, None, "Product lead")
    with transaction(workspace_id) as session:
        session.execute(update(StageRun).values(status="cancelled"))
