"""The one way to the database: short transactions inside one workspace.

Only edges and the long executors import this module (an import contract says so).
Lock order for everybody: projects, then stage runs, then documents. Rows are locked with
`with_for_update(key_share=True)`: a plain FOR UPDATE would also make every insert of a child row
wait, which locks the parent's key out of this order.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session, SessionTransaction

from pmflow_core.db.tenancy import WORKSPACE, filter_by_workspace, refuse_foreign_rows
from pmflow_core.errors import Unavailable

APP_ROLE = "pmflow_app"
_ENTER = text("select set_config('role', :role, true), set_config('app.ws', :workspace, true)")


@dataclass
class _Binding:
    bind: Engine | Connection | None = None


_binding = _Binding()


def make_engine(url: str, *, pool_size: int = 5, prepared_statements: bool = True) -> Engine:
    """Return an engine for this process; never carry it across a fork."""
    arguments = {} if prepared_statements else {"prepare_threshold": None}
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "application_name": "pmflow", **arguments},
    )


def configure(bind: Engine | Connection) -> None:
    """Point every later transaction at `bind`; a Connection keeps all of them inside its own."""
    _binding.bind = bind


def dispose() -> None:
    """Close this process's connections, as before a fork."""
    if isinstance(_binding.bind, Engine):
        _binding.bind.dispose()


@contextmanager
def transaction(workspace_id: UUID | None) -> Generator[Session]:
    """Open a session inside `workspace_id`, commit on success, roll back on any exception.

    With None only tables that belong to no workspace are visible.

    Raises:
        Unavailable: the process has not been pointed at a database.
    """
    if _binding.bind is None:
        raise Unavailable("This process has not been connected to a database.")
    with (
        Session(
            _binding.bind,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
            info={WORKSPACE: workspace_id},
        ) as session,
        session.begin(),
    ):
        yield session


def enter_workspace(session: Session, workspace_id: UUID) -> None:
    """Move an open session into a workspace that it has just resolved or is creating."""
    session.info[WORKSPACE] = workspace_id
    session.execute(_ENTER, {"role": APP_ROLE, "workspace": str(workspace_id)})


def _after_begin(session: Session, _transaction: SessionTransaction, bind: Connection) -> None:
    """Drop the login role's rights and name the workspace, for this transaction only."""
    workspace = session.info.get(WORKSPACE)
    bind.execute(_ENTER, {"role": APP_ROLE, "workspace": str(workspace or "")})


event.listen(Session, "after_begin", _after_begin)
event.listen(Session, "do_orm_execute", filter_by_workspace)
event.listen(Session, "before_flush", refuse_foreign_rows)
