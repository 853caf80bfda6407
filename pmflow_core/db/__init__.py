"""The database: rows, transactions and the tenancy walls."""

from sqlalchemy.orm import Session

__all__ = ["Session"]
