"""What other layers get to see of workspaces and their members."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from pmflow_core.accounts.actor import Role


class WorkspaceRead(BaseModel):
    """A workspace, and the role in it of whoever asked."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    slug: str
    name: str
    key_prefix: str
    role: Role


class MemberRead(BaseModel):
    """A person in a workspace."""

    model_config = ConfigDict(frozen=True)

    user_id: UUID
    email: str
    name: str
    role: Role
    since: datetime
