"""What the shared guards do by themselves, for permissions that no door declares at present too."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request
from reflex.event import Event

from pmflow_core.accounts.actor import Role
from pmflow_core.errors import PmflowError, Unauthenticated
from pmflow_core.settings import get_settings
from pmflow_ui.access import Access, current_viewer, require
from pmflow_ui.api.permission import Allow
from pmflow_ui.wall import FRAMEWORK, Wall
from tests.walls import events
from tests.walls.world import Caller, World

SECRET = "a-cron-secret-of-a-test-0123456789"


def probe_faults(world: World) -> Iterator[str]:
    """Yield what a guard does otherwise than it should."""
    yield from _of_every_permission(world)
    yield from _of_no_event()
    yield from _of_events_nobody_declares(world)
    yield from _of_the_cron_secret(world)


def _of_every_permission(world: World) -> Iterator[str]:
    for permission in (*Access, *Role):
        for caller in world.callers.values():
            status = _knock(Allow(permission), caller, world)
            if status != caller.refusal(permission):
                yield f"{permission} by {caller.name}: {status or 'let in'}"
    try:
        require(None, Access.ANYONE)
    except PmflowError:
        yield "anyone does not mean anyone"


def _knock(allow: Allow, caller: Caller, world: World) -> int | None:
    async def knocking() -> int | None:
        headers = [(name.encode(), text.encode()) for name, text in caller.headers.items()]
        scope = {
            "type": "http",
            "path": "/",
            "query_string": b"",
            "headers": headers,
            "path_params": {"slug": world.ours.slug},
        }
        try:
            await allow(Request(scope))
        except PmflowError as error:
            return error.http_status
        return None

    return asyncio.run(knocking())


def _of_no_event() -> Iterator[str]:
    try:
        current_viewer()
    except Unauthenticated:
        return
    yield "there is a viewer outside of any event"


def _of_events_nobody_declares(world: World) -> Iterator[str]:
    cookie, path = world.callers["admin"].headers["cookie"], f"/w/{world.ours.slug}/board"
    root = "reflex___state____state"

    async def passes(name: str) -> bool:
        event = Event(name=name, payload={})
        return await Wall().preprocess(events.NO_APP, events.tab(cookie, path), event) is None

    if asyncio.run(passes("planted.open_door")):
        yield "an event that nobody declares passes"
    if not asyncio.run(passes(f"{root}.{min(FRAMEWORK)}")) and not asyncio.run(
        passes(f"{root}.hydrate")
    ):
        yield "the framework's own event is refused"


def _of_the_cron_secret(world: World) -> Iterator[str]:
    at = "/api/cron/maintenance"
    with _cron_secret(None):
        status = _ask(world, at, SECRET)
        if status != 404:
            yield f"without a secret that is set: {status}"
    with _cron_secret(SECRET):
        for shown, wanted in {"": 401, "other": 401, SECRET: 202}.items():
            status = _ask(world, at, shown)
            if status != wanted:
                yield f"with the secret {shown!r}: {status}"


def _ask(world: World, at: str, shown: str) -> int:
    with world.undone():
        return world.client.post(at, headers={"authorization": f"Bearer {shown}"}).status_code


@contextmanager
def _cron_secret(secret: str | None) -> Iterator[None]:
    """Have that secret in the settings, or none."""
    before = os.environ.pop("PMFLOW_CRON_SECRET", None)
    os.environ.update({} if secret is None else {"PMFLOW_CRON_SECRET": secret})
    get_settings.cache_clear()
    try:
        yield
    finally:
        os.environ.pop("PMFLOW_CRON_SECRET", None)
        os.environ.update({} if before is None else {"PMFLOW_CRON_SECRET": before})
        get_settings.cache_clear()
