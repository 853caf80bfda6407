"""The application's wall between workspaces.

The database has its own, row security, installed by the migrations. Each is enough alone: this one
narrows every ORM statement, that one every statement of the role `pmflow_app`.
"""

from uuid import UUID

from sqlalchemy import false
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria

from pmflow_core.db.base import TenantRow
from pmflow_core.errors import PermissionDenied

WORKSPACE = "workspace_id"


def filter_by_workspace(state: ORMExecuteState) -> None:
    """Add `workspace_id = …` to every select, update and delete over a tenant's table."""
    if not (state.is_select or state.is_update or state.is_delete):
        return
    workspace: UUID | None = state.session.info.get(WORKSPACE)

    if workspace is None:
        option = with_loader_criteria(TenantRow, lambda _: false(), include_aliases=True)
    else:
        option = with_loader_criteria(
            TenantRow, lambda table: table.inside(workspace), include_aliases=True
        )
    state.statement = state.statement.options(option)


def refuse_foreign_rows(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse to flush a row of another workspace than the session's."""
    workspace = session.info.get(WORKSPACE)
    for row in (*session.new, *session.dirty):
        if isinstance(row, TenantRow) and row.workspace_id != workspace:
            raise PermissionDenied("That row belongs to another workspace.")
