"""Every route of the API, asked by everybody: what it declares against what it does."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.routing import APIRoute
from httpx2 import Response

from pmflow_core.accounts.actor import Role
from pmflow_core.errors import PmflowError
from pmflow_ui.access import Access, Permission
from pmflow_ui.api.app import ROUTERS
from pmflow_ui.api.permission import Allow, declared
from tests.walls.bodies import example, model_of
from tests.walls.things import SELECTORS, Side, Sides, is_object, stand_in
from tests.walls.world import MARK, Caller, World

# Who anybody may call, with what stands there instead of a session; everything else needs one.
PUBLIC: Mapping[str, str] = {
    "/healthz": "says that the process lives",
    "/readyz": "says that it can work",
    "/api/auth/": "a password, or a link sent to an address, is the permission",
    "/api/cron/": "PMFLOW_CRON_SECRET is the permission",
    "/api/webhooks/": "a signature or an API key is the permission",
    "/api/{rest": "answers 404",
}
# Of these, the routes whose own secret or signature nobody here shows.
SECRET = ("/api/cron/", "/api/webhooks/")
# Routes that ask for more than they declare where it is another's, and why.
OWN = {"DELETE /api/workspaces/{slug}/members/{user_id}": "one's own; another's is for admins"}
# Routes that ask for an editor where what they change is everybody's, as it is in these worlds.
_VIEW = "/api/workspaces/{slug}/views/{view_id}"
SHARED = {f"PATCH {_VIEW}", f"DELETE {_VIEW}", f"POST {_VIEW}/restore"}
# What `access.member` and `viewer.look_up_key` say to whom they turn away.
DOOR_WORDS = ("no such workspace for you", "the API key is for another workspace")
_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(frozen=True)
class Call:
    """One method of one route."""

    method: str
    route: APIRoute
    permission: Permission

    @property
    def name(self) -> str:
        """Return what the reference calls it."""
        return f"{self.method} {self.route.path}"

    @property
    def parameters(self) -> list[str]:
        """Return the names in its path."""
        return _PARAMETER.findall(self.route.path)


def calls() -> list[Call]:
    """Return every method of every route of the API."""
    return [
        Call(method, route, *declared(route))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    ]


def unlisted() -> list[str]:
    """Return the routes that anyone may call without being on the short list."""
    return [
        call.name
        for call in calls()
        if call.permission is Access.ANYONE and not call.route.path.startswith(tuple(PUBLIC))
    ]


def address(
    call: Call,
    world: Sides,
    foreign: frozenset[str] = frozenset(),
    stood: Mapping[str, str] | None = None,
) -> str:
    """Return where a call goes.

    The parameters in `foreign` name what is the other workspace's, those in `stood` what is given.
    """

    def put(found: re.Match[str]) -> str:
        name = found.group(1)
        if stood and name in stood:
            return stood[name]
        return stand_in(name, call.route, world.theirs if name in foreign else world.ours)

    path = _PARAMETER.sub(put, call.route.path)
    if isinstance(call.permission, Role) and not SELECTORS.keys() & set(call.parameters):
        side = world.theirs if "workspace" in foreign else world.ours
        return f"{path}?workspace={side.slug}{_ended_run(call, side)}"
    return path


def _ended_run(call: Call, side: Side) -> str:
    """Return the part of an address that names a run, so that a stream about it ends."""
    asked = {field.name for field in call.route.dependant.query_params}
    return f"&run={side.id_of('stage_runs')}" if "run" in asked else ""


def ask(call: Call, world: World, caller: Caller, at: str) -> Response:
    """Return the answer of a request with a fitting body, whose effects are taken back."""
    model = model_of(call.route)
    body = None if model is None else example(model, world.ours)
    with world.undone():
        return world.client.request(call.method, at, json=body, headers=caller.headers)


def faults(call: Call, world: World) -> Iterator[str]:
    """Yield each caller who is answered otherwise than the route declares."""
    at = address(call, world)
    for caller in world.callers.values():
        answer = ask(call, world, caller, at)
        if not _fits(answer, call, caller):
            yield f"{call.name} by {caller.name}: {answer.status_code} {answer.text[:200]}"


def door_faults(call: Call, world: World) -> Iterator[str]:
    """Yield each caller whom the route's own door treats otherwise than it declares.

    Nothing of the route runs, so no check behind the door can make up for it.
    """
    at = urlsplit(address(call, world))
    for caller in world.callers.values():
        scope = {
            "type": "http",
            "method": call.method,
            "path": at.path,
            "query_string": at.query.encode(),
            "headers": [(name.encode(), text.encode()) for name, text in caller.headers.items()],
            "path_params": {
                name: stand_in(name, call.route, world.ours) for name in call.parameters
            },
        }
        status = _at_the_door(call, Request(scope))
        if status != caller.refusal(call.permission):
            yield f"{call.name}, its door, by {caller.name}: {status or 'let in'}"


def _at_the_door(call: Call, request: Request) -> int | None:
    async def knocking() -> int | None:
        try:
            await door(call.route)(request)
        except PmflowError as error:
            return error.http_status
        return None

    return asyncio.run(knocking())


def door(route: APIRoute) -> Allow:
    """Return what stands before a route."""
    (found,) = [each.call for each in route.dependant.dependencies if isinstance(each.call, Allow)]
    return found


def _fits(answer: Response, call: Call, caller: Caller) -> bool:
    wanted = caller.refusal(call.permission)
    if wanted is not None:
        return answer.status_code == wanted
    if call.route.path.startswith(tuple(SECRET)):
        return caller.is_key or answer.status_code in (401, 404)
    if call.permission is Access.ANYONE:
        return answer.status_code not in (403, 500)
    if call.name in OWN and caller.name not in ("admin", "admin key"):
        return answer.status_code in (403, 404)
    if call.name in SHARED and caller.role is Role.VIEWER:
        return answer.status_code == 403
    return answer.status_code not in (401, 403, 500) and not _is_the_doors(answer)


def _is_the_doors(answer: Response) -> bool:
    """Return whether a 404 was said before the route's own code could look for anything."""
    return answer.status_code == 404 and any(word in answer.text for word in DOOR_WORDS)


def foreign_faults(call: Call, world: World) -> Iterator[str]:
    """Yield each parameter that lets our admin at what is the other workspace's."""
    admin = world.callers["admin"]
    for names in foreign_names(call):
        answer = ask(call, world, admin, address(call, world, names))
        if answer.status_code != 404 or MARK in answer.text:
            yield f"{call.name} with a foreign {', '.join(names)}: {answer.status_code}"


def foreign_names(call: Call) -> list[frozenset[str]]:
    """Return the parameters to be tried with what is the other workspace's."""
    if not isinstance(call.permission, Role):
        return []
    selectors = frozenset(SELECTORS.keys() & set(call.parameters)) or frozenset({"workspace"})
    objects = [name for name in call.parameters if is_object(name, call.route)]
    return [selectors, *(frozenset({name}) for name in objects)]
