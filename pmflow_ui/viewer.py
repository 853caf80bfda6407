"""Who looks at a page: the person behind the session cookie, and their role in its workspace."""

import asyncio
import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from pmflow_core.accounts import api_keys
from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Actor
from pmflow_core.accounts.schemas import SignedIn
from pmflow_core.board.places import Place, find_workspace
from pmflow_core.db import Session
from pmflow_core.errors import NotFound, Unauthenticated, Unavailable
from pmflow_core.workspaces import service as workspaces
from pmflow_ui.call import call_outside, call_within
from pmflow_ui.shared import ask_together

COOKIE = "pmflow_session"
NO_SESSION = UUID(int=0)
PATIENCE_S = 10.0
PAUSE_S = 0.2
_WORKSPACE_PATH = re.compile(r"^/w/([^/]{1,64})(?:/|$)")


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person; `actor` is who they are in the workspace of the address, if any."""

    user_id: UUID
    email: str
    name: str
    is_operator: bool
    actor: Actor | None = None
    session_id: UUID = NO_SESSION


@dataclass(frozen=True, slots=True)
class Program:
    """A program behind an API key, inside the key's workspace."""

    actor: Actor


def _viewer(user: SignedIn, actor: Actor | None) -> Viewer:
    return Viewer(user.user_id, user.email, user.name, user.is_operator, actor, user.session_id)


def session_token(cookie_header: str) -> str:
    """Return the session token in a Cookie header, or an empty string."""
    for part in cookie_header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def fingerprint(token: str) -> str:
    """Return what a session may be compared by without keeping its token."""
    return sha256(token.encode()).hexdigest() if token else ""


def workspace_slug(path: str) -> str | None:
    """Return the workspace that an address belongs to, or None outside of `/w/…`."""
    found = _WORKSPACE_PATH.match(path)
    return found.group(1) if found else None


Ask = tuple[str, str | None]


def look_up(session: Session, asks: Collection[Ask]) -> dict[Ask, Viewer]:
    """Return who the session tokens belong to, each as a member of the workspace asked for.

    A token whose session ended is left out. The rows are asked each time.
    """
    users = accounts.find_sessions(session, {token for token, _ in asks})
    wanted = {(users[token].user_id, slug) for token, slug in asks if slug and token in users}
    actors = workspaces.actors_for(session, wanted)
    return {
        (token, slug): _viewer(users[token], actors.get((users[token].user_id, slug or "")))
        for token, slug in asks
        if token in users
    }


async def find_viewer(cookie_header: str, path: str) -> Viewer | None:
    """Return the signed-in viewer of an address, or None for an anonymous one.

    While the database is away for a moment it waits, so that a click then is not lost.

    Raises:
        Unavailable: it was away for 10 s.
    """
    token = session_token(cookie_header)
    if not token:
        return None
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return await ask_together(look_up, (token, workspace_slug(path)))
        except Unavailable:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(PAUSE_S)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request shows of who sends it; an API key counts before a session."""

    cookies: str = ""
    key: str | None = None


def look_up_member(session: Session, token: str, place: Place) -> Viewer | None:
    """Return who a session token belongs to, as a member of where a request leads if they are."""
    user = accounts.find_session(session, token)
    if user is None:
        return None
    workspace_id = find_workspace(session, place)
    memberships = workspaces.list_workspaces(session, user.user_id)
    role = next((each.role for each in memberships if each.id == workspace_id), None)
    actor = None
    if role is not None and workspace_id is not None:
        actor = Actor(workspace_id, role, user.user_id, user.name)
    return _viewer(user, actor)


def look_up_key(session: Session, key: str, place: Place) -> Program:
    """Return the program of an API key, which acts where its key belongs and nowhere else.

    Raises:
        Unauthenticated: the key is not live.
        NotFound: the request leads to another workspace than the key's.
    """
    actor = api_keys.find_api_key(session, key)
    if actor is None:
        raise Unauthenticated("This API key is not valid; it may be revoked or expired.")
    if place.is_named and find_workspace(session, place) != actor.workspace_id:
        raise NotFound("It does not exist, or the API key is for another workspace.")
    return Program(actor)


async def find_caller(shown: Credentials, place: Place) -> Viewer | Program | None:
    """Return who sends a request, as what they are where it leads; None for nobody.

    Raises: as `look_up_key`.
    """
    if shown.key is not None:
        program = await call_outside(look_up_key, shown.key, place)
        await call_within(program.actor.workspace_id, api_keys.note_use, shown.key)
        return program
    token = session_token(shown.cookies)
    return await call_outside(look_up_member, token, place) if token else None
