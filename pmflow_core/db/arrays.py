"""Many values in one parameter of a statement."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, cast


def among(column: Any, ids: Collection[UUID]) -> ColumnElement[bool]:
    """Return the condition that a column is one of `ids`.

    `in_` writes a parameter for each, a statement that the driver translates anew every time: of
    reading a board of a hundred cards that was a quarter.
    """
    return column == any_(cast(list(ids), ARRAY(Uuid)))
