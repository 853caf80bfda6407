"""Who looks at a page: the person behind the session cookie, and their role in its workspace."""

import re
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from pmflow_core.accounts import api_keys
from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Actor
from pmflow_core.db import Session
from pmflow_core.errors import NotFound
from pmflow_core.workspaces import service as workspaces
from pmflow_ui.call import call_outside, call_within

COOKIE = "pmflow_session"
_WORKSPACE_PATH = re.compile(r"^/w/([^/]{1,64})(?:/|$)")


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person; `actor` is who they are in the workspace of the address, if any."""

    user_id: UUID
    email: str
    name: str
    is_operator: bool
    actor: Actor | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """A program behind an API key, inside the key's workspace."""

    actor: Actor


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


def look_up(session: Session, token: str, slug: str | None) -> Viewer | None:
    """Return who a session token belongs to, asking the session's row each time."""
    user = accounts.find_session(session, token)
    if user is None:
        return None
    actor = None
    if slug is not None:
        try:
            actor = workspaces.actor_for(session, user.user_id, slug)
        except NotFound:
            actor = None
    return Viewer(user.user_id, user.email, user.name, user.is_operator, actor)


async def find_viewer(cookie_header: str, path: str) -> Viewer | None:
    """Return the signed-in viewer of an address, or None for an anonymous one."""
    token = session_token(cookie_header)
    if not token:
        return None
    return await call_outside(look_up, token, workspace_slug(path))


def look_up_key(session: Session, key: str, slug: str) -> Program | None:
    """Return the program of a live API key; None for another workspace's than the address."""
    actor = api_keys.find_api_key(session, key)
    if actor is None or workspaces.workspace_by_slug(session, slug) != actor.workspace_id:
        return None
    return Program(actor)


async def find_program(key: str, slug: str) -> Program | None:
    """Return the program behind an API key in the workspace of an address, or None."""
    program = await call_outside(look_up_key, key, slug)
    if program is not None:
        await call_within(program.actor.workspace_id, api_keys.note_use, key)
    return program
