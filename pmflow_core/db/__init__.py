"""The database: rows, transactions and the tenancy walls."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

# Moves an open session into a workspace, for a service that finds out which one.
Enter = Callable[[Session, UUID], None]
__all__ = ["Enter", "Session"]
