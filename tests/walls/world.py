"""Two furnished workspaces and everybody who may or may not come in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, text
from starlette.testclient import TestClient

from pmflow_core import jobs, onboarding, plugins
from pmflow_core.accounts import api_keys
from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.accounts.schemas import UserRead
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.events import bus
from pmflow_core.settings import get_settings
from pmflow_core.workspaces import service as workspaces
from pmflow_ui.access import Access, Permission
from pmflow_ui.api.app import make_api, safe_for_browsers
from pmflow_ui.viewer import COOKIE
from tests.walls.rows import Furnishing
from tests.walls.things import Side

Headers = dict[str, str]
HOME = "http://localhost:8000"
OURS, THEIRS = "ours", "theirs"
# What stands in each text of the other workspace, and must never reach anybody of ours.
MARK = "marktheirs"


@dataclass(frozen=True)
class Caller:
    """Somebody who asks: what they show, their role in our workspace, and what kind they are."""

    name: str
    headers: Headers
    role: Role | None = None
    is_known: bool = True
    is_key: bool = False
    is_operator: bool = False
    is_live: bool = True

    def refusal(self, permission: Permission) -> int | None:
        """Return the status that refuses them in our workspace; None when they may come in."""
        if permission is Access.ANYONE:
            return None
        if not self.is_known or not self.is_live:
            return 401
        if isinstance(permission, Role):
            return self._refusal_inside(permission)
        if self.is_key:
            return 401
        return 403 if permission is Access.OPERATOR and not self.is_operator else None

    def _refusal_inside(self, permission: Role) -> int | None:
        if self.role is None:
            return 404
        return None if self.role.rank >= permission.rank else 403


@dataclass(frozen=True)
class World:
    """A client, the two workspaces, and the callers by name."""

    connection: Connection
    client: TestClient
    ours: Side
    theirs: Side
    callers: dict[str, Caller]

    @property
    def people(self) -> list[Caller]:
        """Return the callers who come with a session, or with nothing."""
        return [caller for caller in self.callers.values() if not caller.is_key]

    def settle(self) -> None:
        """Point the process at this world's connection again."""
        jobs.configure(None)
        bus.configure(None)
        configure(self.connection)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Take back whatever is done inside."""
        savepoint = self.connection.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()


@contextmanager
def a_world(database: Engine) -> Iterator[World]:
    """Yield a world inside one transaction that is rolled back."""
    plugins.load(get_settings())
    jobs.configure(None)
    bus.configure(None)
    with database.connect() as connection:
        outer = connection.begin()
        configure(connection)
        ours, theirs = furnish_side(connection, OURS, 7), furnish_side(connection, THEIRS, 90_007)
        callers = {caller.name: caller for caller in _callers(ours, theirs)}
        app = safe_for_browsers(make_api(), origins=[HOME], url=HOME, built=Path("nowhere"))
        with TestClient(
            app,
            base_url=HOME,
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
            raise_server_exceptions=False,
        ) as client:
            yield World(connection, client, ours, theirs, callers)
        outer.rollback()


def furnish_side(connection: Connection, name: str, number: int) -> Side:
    """Return a workspace of that name with a row in every table."""
    workspace_id, slug = uuid4(), f"{name}-{uuid4().hex[:8]}"
    owner = make_user(f"{name} owner")
    with transaction(workspace_id) as session:
        onboarding.create_workspace(
            session, workspace_id, name=f"mark{name}", slug=slug, admin_user_id=owner.id
        )
    guest = make_user(f"mark{name} guest")
    rows = Furnishing(connection, workspace_id, guest.id, f"mark{name}", number).furnish()
    return Side(workspace_id, slug, rows)


def make_user(name: str, *, operator: bool = False) -> UserRead:
    """Add somebody without a password."""
    with transaction(None) as session:
        email = f"{uuid4().hex[:12]}@example.com"
        user = User(email=email, name=name, is_operator=operator)
        session.add(user)
    return UserRead.model_validate(user)


def session_of(user: UserRead) -> Headers:
    """Sign somebody in and return what their browser shows."""
    with transaction(None) as session:
        return {"cookie": f"{COOKIE}={accounts.open_session(session, user).token}"}


def join(workspace_id: UUID, user_id: UUID, role: Role) -> None:
    """Make somebody a member."""
    with transaction(workspace_id) as session:
        workspaces.add_member(session, Actor.system(workspace_id), user_id, role)


def _member(side: Side, role: Role) -> Headers:
    user = make_user(f"A {role.value}")
    join(side.workspace_id, user.id, role)
    return session_of(user)


def _removed(side: Side) -> Headers:
    user = make_user("Once an admin")
    join(side.workspace_id, user.id, Role.ADMIN)
    headers = session_of(user)
    with transaction(side.workspace_id) as session:
        workspaces.remove_member(session, Actor.system(side.workspace_id), user.id)
    return headers


def _signed_out(side: Side) -> Headers:
    headers = _member(side, Role.ADMIN)
    with transaction(None) as session:
        accounts.sign_out(session, headers["cookie"].partition("=")[2])
    return headers


def _key(side: Side, role: Role, end: str = "") -> Headers:
    system = Actor.system(side.workspace_id)
    with transaction(side.workspace_id) as session:
        made = api_keys.create_api_key(session, system, f"{role.value} {end}", role)
        if end == "revoked":
            api_keys.revoke_api_key(session, system, made.id)
    if end == "expired":
        _expire(side, made.id)
    return {"authorization": f"Bearer {made.key}"}


def _expire(side: Side, key_id: UUID) -> None:
    with transaction(side.workspace_id) as session:
        session.execute(
            text("update api_keys set expires_at = now() - interval '1 s' where id = :id"),
            {"id": key_id},
        )


def _callers(ours: Side, theirs: Side) -> Iterator[Caller]:
    yield Caller("anonymous", {}, is_known=False)
    yield Caller("nonsense session", {"cookie": f"{COOKIE}={'x' * 43}"}, is_known=False)
    yield Caller("signed out", _signed_out(ours), Role.ADMIN, is_live=False)
    for role in Role:
        yield Caller(role.value, _member(ours, role), role)
        yield Caller(f"{role.value} key", _key(ours, role), role, is_key=True)
    yield Caller("admin elsewhere", _member(theirs, Role.ADMIN))
    yield Caller("removed member", _removed(ours))
    yield Caller("operator", session_of(make_user("Operator", operator=True)), is_operator=True)
    yield Caller("key elsewhere", _key(theirs, Role.ADMIN), is_key=True)
    nonsense = {"authorization": "Bearer pmf_nothing"}
    yield Caller("nonsense key", nonsense, is_known=False, is_key=True)
    for end in ("revoked", "expired"):
        yield Caller(
            f"{end} key", _key(ours, Role.ADMIN, end), Role.ADMIN, is_key=True, is_live=False
        )
