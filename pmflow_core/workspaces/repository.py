"""Every statement over workspaces and memberships."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, cast, column, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.workspaces.models import Membership, Workspace, WorkspaceSetting
from pmflow_core.workspaces.schemas import MemberRead, WorkspaceRead

Asked = tuple[UUID, str]


def list_of_user(session: Session, user_id: UUID) -> list[WorkspaceRead]:
    """Return the workspaces a person is a member of, by name."""
    of_user = func.pmflow_memberships(user_id).table_valued(
        column("workspace_id", Uuid()),
        column("slug"),
        column("name"),
        column("key_prefix"),
        column("role"),
    )
    return [
        WorkspaceRead(
            id=row.workspace_id,
            slug=row.slug,
            name=row.name,
            key_prefix=row.key_prefix,
            role=Role(row.role),
        )
        for row in session.execute(select(of_user).order_by(of_user.c.name, of_user.c.workspace_id))
    ]


def find_actors(session: Session, asked: Collection[Asked]) -> dict[Asked, Actor]:
    """Return people as members of workspaces; strangers are left out. One query for all."""
    of_each = select(
        func.unnest(cast([user_id for user_id, _ in asked], ARRAY(Uuid))).label("user_id"),
        func.unnest(cast([slug for _, slug in asked], ARRAY(String))).label("slug"),
    ).subquery()
    of_user = (
        func.pmflow_memberships(of_each.c.user_id)
        .table_valued(column("workspace_id", Uuid()), column("slug"), column("role"))
        .lateral()
    )
    statement = (
        select(
            of_each.c.user_id,
            of_user.c.workspace_id,
            of_user.c.slug,
            of_user.c.role,
            col(User.name),
        )
        .select_from(of_each)
        .join(of_user, of_user.c.slug == of_each.c.slug)
        .join(User, col(User.id) == of_each.c.user_id)
    )
    return {
        (row.user_id, row.slug): Actor(row.workspace_id, Role(row.role), row.user_id, row.name)
        for row in session.execute(statement)
    }


def find_by_slug(session: Session, slug: str) -> UUID | None:
    """Return the live workspace with that slug, before one is known."""
    return session.scalar(select(func.pmflow_workspace_by_slug(slug, type_=Uuid())))


def name_of(session: Session, workspace_id: UUID) -> str:
    """Return what a workspace is called."""
    statement = select(col(Workspace.name)).where(col(Workspace.id) == workspace_id)
    return session.scalars(statement).one()


def prefix_is_taken(session: Session, prefix: str) -> bool:
    """Return whether any workspace keys its projects by that prefix."""
    return bool(session.scalar(select(func.pmflow_prefix_taken(prefix))))


def add(session: Session, workspace: Workspace) -> bool:
    """Save a workspace; False if its slug or prefix is another's, also when two arrive at once."""
    statement = (
        insert(Workspace)
        .values(workspace.model_dump())
        .on_conflict_do_nothing()
        .returning(col(Workspace.id))
    )
    return session.scalar(statement) is not None


def lock_workspace(session: Session, workspace_id: UUID) -> None:
    """Let changes of a workspace's members happen one after the other."""
    session.execute(
        select(col(Workspace.id))
        .where(col(Workspace.id) == workspace_id)
        .with_for_update(key_share=True)
    )


def add_member(session: Session, workspace_id: UUID, user_id: UUID, role: Role) -> bool:
    """Save a membership; False if the person is a member already."""
    statement = (
        insert(Membership)
        .values(Membership(workspace_id=workspace_id, user_id=user_id, role=role).model_dump())
        .on_conflict_do_nothing()
        .returning(col(Membership.id))
    )
    return session.scalar(statement) is not None


def list_members(session: Session, workspace_id: UUID) -> list[MemberRead]:
    """Return a workspace's members, by name."""
    statement = (
        select(Membership, User)
        .join(User, col(User.id) == col(Membership.user_id))
        .where(col(Membership.workspace_id) == workspace_id)
        .order_by(func.lower(col(User.name)), col(User.id))
    )
    return [
        MemberRead(
            user_id=user.id,
            email=user.email,
            name=user.name,
            role=membership.role,
            since=membership.created_at,
        )
        for membership, user in session.execute(statement)
    ]


def find_role(session: Session, workspace_id: UUID, user_id: UUID) -> Role | None:
    """Return a member's role; None for a stranger."""
    return session.scalar(
        select(col(Membership.role)).where(
            col(Membership.workspace_id) == workspace_id, col(Membership.user_id) == user_id
        )
    )


def email_of(session: Session, user_id: UUID) -> str:
    """Return the e-mail address that a person signs in with, for the audit log."""
    return session.scalar(select(col(User.email)).where(col(User.id) == user_id)) or str(user_id)


def count_admins(session: Session, workspace_id: UUID) -> int:
    """Return how many admins a workspace has."""
    statement = select(func.count(col(Membership.id))).where(
        col(Membership.workspace_id) == workspace_id, col(Membership.role) == Role.ADMIN
    )
    return session.scalar(statement) or 0


def set_role(session: Session, workspace_id: UUID, user_id: UUID, role: Role) -> None:
    """Save a member's new role."""
    session.execute(
        update(Membership)
        .where(col(Membership.workspace_id) == workspace_id, col(Membership.user_id) == user_id)
        .values(role=role)
    )


def remove_member(session: Session, workspace_id: UUID, user_id: UUID) -> None:
    """Delete a membership."""
    session.execute(
        delete(Membership).where(
            col(Membership.workspace_id) == workspace_id, col(Membership.user_id) == user_id
        )
    )


def find_setting(session: Session, workspace_id: UUID, area: str) -> dict[str, Any]:
    """Return what the workspace has set in an area; empty when it set nothing."""
    statement = select(col(WorkspaceSetting.value)).where(
        col(WorkspaceSetting.workspace_id) == workspace_id, col(WorkspaceSetting.area) == area
    )
    return session.scalar(statement) or {}


def save_setting(
    session: Session, workspace_id: UUID, area: str, value: dict[str, Any], by: UUID | None
) -> None:
    """Save an area's settings in place of those before."""
    row = WorkspaceSetting(workspace_id=workspace_id, area=area, value=value, changed_by=by)
    statement = insert(WorkspaceSetting).values(row.model_dump())
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "area"], set_={"value": value, "changed_by": by}
        )
    )
