"""What a new workspace starts with: its pipeline and the default recipes."""

from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.projects.service import seed_stages
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.defaults import DEFAULT_RECIPES
from pmflow_core.runs.extensions import installed
from pmflow_core.workspaces import service as workspaces
from pmflow_core.workspaces.schemas import WorkspaceRead


def create_workspace(
    session: Session,
    workspace_id: UUID,
    *,
    name: str,
    slug: str,
    admin_user_id: UUID,
    is_sample: bool = False,
) -> WorkspaceRead:
    """Make a usable workspace, in a session that is inside the new id, and return it.

    Raises:
        Invalid: the name or the slug cannot be.
        Conflict: the slug is taken.
    """
    made = workspaces.add_workspace(
        session,
        workspace_id,
        name=name,
        slug=slug,
        admin_user_id=admin_user_id,
        is_sample=is_sample,
    )
    seed_stages(session, workspace_id)
    admin = Actor(workspace_id, Role.ADMIN, admin_user_id)
    catalogue = installed().catalogue()
    for recipe in DEFAULT_RECIPES:
        recipes.publish(session, admin, recipe, catalogue)
    return made
