"""Pages of lists: a limit, and a cursor that says where the page before ended."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Path, Query

from pmflow_core.board.cursors import BadCursor
from pmflow_ui.api.shapes import Page

T = TypeVar("T")
S = TypeVar("S")
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="A signal's number.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=100, description="`next_cursor` of the page before.")
]


def as_number(cursor: str | None) -> int | None:
    """Return the number that a cursor is; raises BadCursor."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
        raise BadCursor("That is no cursor of this list.")
    return int(cursor)


def as_id(cursor: str | None) -> UUID | None:
    """Return the id that a cursor is; raises BadCursor."""
    try:
        return None if cursor is None else UUID(cursor)
    except ValueError as error:
        raise BadCursor("That is no cursor of this list.") from error


def page(
    found: Sequence[S], limit: int, shape: Callable[[S], T], mark: Callable[[T], object]
) -> Page[T]:
    """Return the page of what was read with one more than `limit`, to see whether more follows."""
    items = [shape(each) for each in found[:limit]]
    return Page(items=items, next_cursor=str(mark(items[-1])) if len(found) > limit else None)


def slice_of(
    found: Sequence[S], cursor: str | None, limit: int, shape: Callable[[S], T]
) -> Page[T]:
    """Return a page of a short list that was read whole; its cursor is a position."""
    start = as_number(cursor) or 0
    items = [shape(each) for each in found[start : start + limit]]
    end = start + len(items)
    return Page(items=items, next_cursor=str(end) if end < len(found) else None)
