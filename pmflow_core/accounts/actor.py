"""Who acts, where, and how far their role reaches."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pmflow_core.errors import PermissionDenied


class Role(StrEnum):
    """What a member may do; each role may do what the ones before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Return 0 for viewer, 1 for editor, 2 for admin."""
        return list(Role).index(self)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, an API key or the system itself, inside one workspace."""

    workspace_id: UUID
    role: Role
    user_id: UUID | None = None
    name: str = "pmflow"

    @staticmethod
    def system(workspace_id: UUID) -> "Actor":
        """Return the actor of automation: no person, every right inside the workspace."""
        return Actor(workspace_id, Role.ADMIN)

    def may(self, role: Role) -> bool:
        """Return whether the actor's role reaches `role`."""
        return self.role.rank >= role.rank

    def require(self, role: Role) -> None:
        """Raise PermissionDenied unless the actor's role reaches `role`."""
        if not self.may(role):
            raise PermissionDenied(
                f"This needs the role {role.value}; you are {self.role.value} in this workspace."
            )
