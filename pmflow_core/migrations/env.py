"""Alembic's entry: runs the migrations on the connection that `migrations.run` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator
from sqlmodel import AutoString

from pmflow_core.tables import METADATA


def render_item(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """Write our column types as plain ones, so that old migrations never import newer code."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
    transactional_ddl=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
