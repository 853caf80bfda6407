"""Who may call a route: every route says it, and it is checked before the route's own code runs.

    @router.get("/me")
    async def me(viewer: Annotated[Viewer, Depends(Allow(Access.SIGNED_IN))]) -> Me: ...

    @router.get("/healthz", dependencies=ANYONE)
    async def healthz() -> dict[str, str]: ...

A role is that of the workspace whose slug is in the route's path. A test refuses a route that
declares nothing.
"""

from dataclasses import dataclass

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from pmflow_core.accounts.actor import Role
from pmflow_core.errors import Unauthenticated
from pmflow_ui.access import Access, Permission, require
from pmflow_ui.viewer import Program, Viewer, find_program, find_viewer


@dataclass(frozen=True, slots=True)
class Allow:
    """A dependency that admits only `permission` and gives the route its viewer."""

    permission: Permission

    async def __call__(self, request: Request) -> Viewer | Program | None:
        """Return the signed-in viewer, or the program of an API key; None where anyone may come.

        Raises:
            Unauthenticated: it needs a signed-in person, or a live key of this workspace.
            NotFound: it needs a member of the workspace.
            PermissionDenied: the role does not reach.
        """
        if self.permission is Access.ANYONE:
            return None
        slug = request.path_params.get("slug", "")
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and isinstance(self.permission, Role):
            return await self._program(key.strip(), slug)
        viewer = await find_viewer(request.headers.get("cookie", ""), f"/w/{slug}" if slug else "")
        require(viewer, self.permission)
        return viewer

    async def _program(self, key: str, slug: str) -> Program:
        program = await find_program(key, slug)
        if program is None:
            raise Unauthenticated("This API key is not valid here; it may be revoked or expired.")
        program.actor.require(Role(self.permission))
        return program


ANYONE = [Depends(Allow(Access.ANYONE))]


def declared(route: APIRoute) -> list[Permission]:
    """Return the permissions that a route declares."""
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return [call.permission for call in calls if isinstance(call, Allow)]
