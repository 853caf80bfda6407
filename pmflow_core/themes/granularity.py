"""How fine a workspace wants its themes: how many there are for the same signals."""

from typing import Annotated

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Invalid
from pmflow_core.signals.nudges import announce
from pmflow_core.workspaces import preferences, repository

AREA = "themes"
COARSEST, FINEST = 0.5, 2.0
COARSER, AS_FOUND, FINER = 0.7, 1.0, 1.4


class BadGranularity(Invalid):
    """A workspace's themes cannot be that coarse or fine."""

    code = "granularity_invalid"


class ThemeSettings(BaseModel):
    """What a workspace sets about its themes."""

    granularity: Annotated[
        float,
        Field(ge=COARSEST, le=FINEST, description="Multiplies how many themes are formed."),
    ] = AS_FOUND


def read_granularity(session: Session, actor: Actor) -> float:
    """Return what the number of themes is multiplied with: 1 is as found, 1.4 finer."""
    actor.require(Role.VIEWER)
    return preferences.read_settings(session, actor, AREA, ThemeSettings).granularity


def set_granularity(session: Session, actor: Actor, granularity: float) -> None:
    """Want finer or coarser themes from the next clustering on; themes people know are proposed.

    Raises:
        PermissionDenied: the actor is not an editor.
        BadGranularity: it is below 0.5 or above 2.
    """
    actor.require(Role.EDITOR)
    if not COARSEST <= granularity <= FINEST:
        raise BadGranularity(f"Choose from {COARSEST:g} (coarser) to {FINEST:g} (finer).")
    before = read_granularity(session, actor)
    if granularity == before:
        return
    value = ThemeSettings(granularity=granularity).model_dump()
    repository.save_setting(session, actor.workspace_id, AREA, value, actor.user_id)
    detail = {"before": before, "after": granularity}
    audit.record(session, actor, "themes.granularity_set", str(actor.workspace_id), detail)
    announce(session, actor.workspace_id)
