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

from pmflow_ui.access import Access, Permission, require
from pmflow_ui.viewer import Viewer, find_viewer


@dataclass(frozen=True, slots=True)
class Allow:
    """A dependency that admits only `permission` and gives the route its viewer."""

    permission: Permission

    async def __call__(self, request: Request) -> Viewer | None:
        """Return the signed-in viewer; None where anyone may come in.

        Raises:
            Unauthenticated: it needs a signed-in person.
            NotFound: it needs a member of the workspace.
            PermissionDenied: the role does not reach.
        """
        if self.permission is Access.ANYONE:
            return None
        slug = request.path_params.get("slug", "")
        viewer = await find_viewer(request.headers.get("cookie", ""), f"/w/{slug}" if slug else "")
        require(viewer, self.permission)
        return viewer


ANYONE = [Depends(Allow(Access.ANYONE))]


def declared(route: APIRoute) -> list[Permission]:
    """Return the permissions that a route declares."""
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return [call.permission for call in calls if isinstance(call, Allow)]
