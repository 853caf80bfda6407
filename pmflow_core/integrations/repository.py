"""Statements of webhook endpoints."""

from uuid import UUID

from sqlalchemy import Uuid, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.integrations.models import WebhookEndpoint


def workspace_of_endpoint(session: Session, endpoint_id: UUID) -> UUID | None:
    """Return the workspace of a live endpoint, in a session outside of any workspace."""
    return session.scalar(select(func.pmflow_workspace_of_endpoint(endpoint_id, type_=Uuid())))


def find_endpoint(
    session: Session, endpoint_id: UUID, *, lock: bool = False
) -> WebhookEndpoint | None:
    """Return the workspace's live endpoint with that id."""
    statement = select(WebhookEndpoint).where(
        col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.deleted_at).is_(None)
    )
    if lock:
        statement = statement.with_for_update(key_share=True)
    return session.scalar(statement)


def list_endpoints(session: Session) -> list[WebhookEndpoint]:
    """Return the workspace's live endpoints, oldest first."""
    statement = select(WebhookEndpoint).where(col(WebhookEndpoint.deleted_at).is_(None))
    return list(session.scalars(statement.order_by(col(WebhookEndpoint.id))))


def lock_all(session: Session) -> list[WebhookEndpoint]:
    """Return the workspace's endpoints, closed ones too, locked in the order of their ids."""
    statement = select(WebhookEndpoint).order_by(col(WebhookEndpoint.id))
    return list(session.scalars(statement.with_for_update(key_share=True)))


def reopen(session: Session, endpoint_id: UUID) -> WebhookEndpoint | None:
    """Take back that an endpoint was closed; None when none was."""
    statement = (
        update(WebhookEndpoint)
        .where(col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.deleted_at).is_not(None))
        .values(deleted_at=None)
        .returning(WebhookEndpoint)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalar(statement)


def get_endpoint(session: Session, endpoint_id: UUID) -> WebhookEndpoint:
    """Return an endpoint that deliveries refer to, which may be closed."""
    return session.scalars(
        select(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id)
    ).one()
