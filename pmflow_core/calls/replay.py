"""Answers from the recordings of a workspace, and why there is none."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.calls.models import CallStatus, ProviderCall
from pmflow_core.calls.request_key import Told
from pmflow_core.providers.base import ProviderRejected

COMPARED = 50
_SHOWN = 120
_MOST_FIELDS = 6


class NotRecorded(ProviderRejected):
    """A replayed run asked something that was never answered before; nothing was sent."""

    code = "not_recorded"


def find_recording(session: Session, request_hash: str) -> ProviderCall | None:
    """Return the workspace's newest call that answered this very request, or None."""
    statement = (
        select(ProviderCall)
        .where(
            col(ProviderCall.request_hash) == request_hash,
            col(ProviderCall.status) == CallStatus.SUCCEEDED,
        )
        .order_by(col(ProviderCall.id).desc())
        .limit(1)
    )
    return session.scalar(statement)


def miss(session: Session, wanted: Sequence[Told]) -> NotRecorded:
    """Return the failure of a replay that names the nearest recording and how it differs.

    Args:
        session: Of the workspace.
        wanted: What each provider would be told; all of one task.
    """
    task = wanted[0]["task"] if wanted else ""
    recorded = session.execute(
        select(col(ProviderCall.id), col(ProviderCall.request))
        .where(
            col(ProviderCall.request)["task"].astext == task,
            col(ProviderCall.status) == CallStatus.SUCCEEDED,
        )
        .order_by(col(ProviderCall.id).desc())
        .limit(COMPARED)
    ).all()
    pairs = [
        (_alike(told, request), id_, told, request)
        for id_, request in recorded
        for told in wanted
        if request is not None
    ]
    if not pairs:
        return NotRecorded(f"Nothing is recorded for {task}, so it cannot be replayed.")
    alike, id_, told, request = max(pairs, key=lambda pair: pair[0])
    found = list(differences(request, told))
    more = f" and {len(found) - _MOST_FIELDS} more" if len(found) > _MOST_FIELDS else ""
    text = "; ".join(found[:_MOST_FIELDS])
    return NotRecorded(
        f"This request of {task} is not recorded. The nearest is call {id_}, {alike:.0%} alike;"
        f" different: {text}{more}."
    )


def differences(recorded: Told, now: Told) -> Iterator[str]:
    """Yield each field in which two requests differ, with the first lines that do."""
    for path, before, after in _changed("", recorded, now):
        old, new = _first_difference(before, after)
        yield f"{path} was “{old}”, is “{new}”"


def _changed(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            inner = f"{path}.{name}" if path else str(name)
            yield from _changed(inner, before.get(name), after.get(name))
        return
    yield path, before, after


def _first_difference(before: Any, after: Any) -> tuple[str, str]:
    old, new = _lines(before), _lines(after)
    for index in range(max(len(old), len(new))):
        one = old[index] if index < len(old) else ""
        other = new[index] if index < len(new) else ""
        if one != other:
            return _around(one, other), _around(other, one)
    return "", ""


def _around(line: str, other: str) -> str:
    """Return the part of a line that begins shortly before it differs from another."""
    same = next(
        (i for i, pair in enumerate(zip(line, other, strict=False)) if len(set(pair)) > 1), 0
    )
    begin = max(0, same - _SHOWN // 3)
    part = line[begin : begin + _SHOWN]
    return f"{'…' if begin else ''}{part}{'…' if begin + _SHOWN < len(line) else ''}"


def _lines(value: Any) -> list[str]:
    if value is None:
        return ["nothing"]
    if isinstance(value, str):
        return value.splitlines() or [""]
    return json.dumps(value, ensure_ascii=False, indent=1).splitlines()


def _alike(one: Told, other: Told) -> float:
    """Return the share of lines that two requests have in common."""
    first, second = (
        {line for value in each.values() for line in _lines(value)} for each in (one, other)
    )
    both = len(first | second)
    return len(first & second) / both if both else 1.0
