"""What of projects crosses a border: what is changed, asked for and shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pmflow_core.projects.models import Priority, ProjectStatus

MAX_DESCRIPTION = 20_000
Description = Annotated[str, StringConstraints(max_length=MAX_DESCRIPTION)]


class ProjectEdit(BaseModel):
    """What is changed of a project; fields left out stay."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(None, max_length=500, description="1 to 120 characters.")
    description: Description | None = None
    priority: Priority | None = Field(None, description="How urgent it is; null for none.")
    owner_id: UUID | None = Field(None, description="A member; null for nobody.")

    @staticmethod
    def as_detail(changed: Mapping[str, Any]) -> dict[str, Any]:
        """Return changes as the audit log keeps them; a description is too long for it."""
        return {
            name: "changed" if name == "description" else None if value is None else str(value)
            for name, value in changed.items()
        }


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What becomes of a project, and why it is put away unfinished."""

    status: ProjectStatus
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProjectQuery:
    """Which projects are asked for: the newest below a number."""

    status: ProjectStatus | None = None
    stage: str | None = None
    priority: Priority | None = None
    owner_id: UUID | None = None
    theme_id: UUID | None = None
    search: str = ""
    deleted: bool = False
    below: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ProjectSheet:
    """What a project's own row says, without anything that is worked out from other rows."""

    id: UUID
    number: int
    key: str
    name: str
    description: str
    stage: str
    status: ProjectStatus
    priority: Priority | None
    owner_id: UUID | None
    theme_id: UUID | None
    created_at: datetime
    stage_since: datetime
    is_deleted: bool

    @property
    def tag(self) -> str:
        """Return what changes whenever anything of the sheet does."""
        said = "\x1f".join(str(getattr(self, name)) for name in self.__slots__)
        return sha256(said.encode()).hexdigest()[:32]
