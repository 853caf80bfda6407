"""What a workspace has set, by area; each feature declares its settings as a Pydantic model.

What was never set, or cannot be any more since its bounds changed, has the default of the code.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.audit import record
from pmflow_core.workspaces import repository

M = TypeVar("M", bound=BaseModel)


def read_settings(session: Session, actor: Actor, area: str, model: type[M]) -> M:
    """Return an area's settings, with defaults where nothing valid is set."""
    actor.require(Role.VIEWER)
    return _valid(model, repository.find_setting(session, actor.workspace_id, area))


def write_settings(session: Session, actor: Actor, area: str, value: M) -> M:
    """Set a whole area and return it; the audit log keeps what changed.

    Of two who write at once the later one's stands, as if the other had come before.

    Raises:
        PermissionDenied: the actor is not an admin.
    """
    actor.require(Role.ADMIN)
    repository.lock_workspace(session, actor.workspace_id)
    before = read_settings(session, actor, area, type(value)).model_dump(mode="json")
    after = value.model_dump(mode="json")
    changed = {
        name: {"before": before[name], "after": after[name]}
        for name in after
        if before[name] != after[name]
    }
    if changed:
        repository.save_setting(session, actor.workspace_id, area, after, actor.user_id)
        record(session, actor, "settings.changed", area, changed)
    return value


def _valid(model: type[M], stored: dict[str, Any]) -> M:
    known = {name: value for name, value in stored.items() if name in model.model_fields}
    try:
        return model.model_validate(known)
    except ValidationError as error:
        faulty = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
        kept = {name: value for name, value in known.items() if name not in faulty}
    try:
        return model.model_validate(kept)
    except ValidationError:
        return model()
