"""Who may call a route: every route says it, and it is checked before the route's own code runs.

    @router.get("/me")
    async def me(viewer: Annotated[Viewer, Depends(Allow(Access.SIGNED_IN))]) -> Me: ...

    @router.get("/healthz", dependencies=ANYONE)
    async def healthz() -> dict[str, str]: ...

A role is that of the workspace that the request leads to: by the path's `slug`, `project` or
`run_id`, else by the query's `workspace` or `run`. A test refuses a route that declares nothing.
"""

from dataclasses import dataclass

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board.places import Place
from pmflow_core.errors import Invalid
from pmflow_ui.access import Access, Permission, member, require
from pmflow_ui.viewer import Credentials, Program, Viewer, find_caller


class WorkspaceMissing(Invalid):
    """The request says nowhere which workspace it is about."""

    code = "workspace_missing"


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a request leads and who sends it; `enter` may be asked again while it lasts."""

    shown: Credentials
    place: Place
    permission: Permission

    async def enter(self) -> Viewer | Program:
        """Return who sends the request, if they may.

        Raises:
            Unauthenticated: it needs a signed-in person, or a live key.
            WorkspaceMissing: it says nowhere which workspace it is about.
            NotFound: it needs a member of the workspace, or a key of it.
            PermissionDenied: the role does not reach.
        """
        caller = await find_caller(self.shown, self.place)
        if isinstance(caller, Program):
            caller.actor.require(Role(self.permission))
            return caller
        if caller is not None and isinstance(self.permission, Role) and not self.place.is_named:
            raise WorkspaceMissing("Say which workspace with ?workspace= and its slug.")
        require(caller, self.permission)
        if caller is None:
            raise AssertionError("only a permission for anyone lets nobody in")
        return caller

    async def actor(self) -> Actor:
        """Return who sends the request, inside the workspace; raises as `enter`."""
        return member(await self.enter())


@dataclass(frozen=True, slots=True)
class Allow:
    """A dependency that admits only `permission` and gives the route its viewer."""

    permission: Permission

    async def __call__(self, request: Request) -> Viewer | Program | None:
        """Return the signed-in viewer, or the program of an API key; None where anyone may come.

        Raises: as `Entry.enter`.
        """
        if self.permission is Access.ANYONE:
            return None
        return await entry_of(request, self.permission).enter()


ANYONE = [Depends(Allow(Access.ANYONE))]


def entry_of(request: Request, permission: Permission) -> Entry:
    """Return where a request leads and what it shows of its sender."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    is_program = scheme.lower() == "bearer" and isinstance(permission, Role)
    cookies = request.headers.get("cookie", "")
    shown = Credentials(key=key.strip()) if is_program else Credentials(cookies)
    return Entry(shown, _place(request), permission)


def declared(route: APIRoute) -> list[Permission]:
    """Return the permissions that a route declares."""
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return [call.permission for call in calls if isinstance(call, Allow)]


def _place(request: Request) -> Place:
    path, query = request.path_params, request.query_params
    in_path = Place(path.get("slug", ""), path.get("project", ""), path.get("run_id", ""))
    if in_path.is_named:
        return in_path
    return Place(workspace=query.get("workspace", ""), run=query.get("run", ""))
