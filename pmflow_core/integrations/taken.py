"""What a delivery of a known sender holds: signals, or a reason why it holds none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from pmflow_core.signals.schemas import SignalIn

MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """The signals of a delivery; with none, `skipped` says why."""

    signals: Sequence[SignalIn] = ()
    skipped: str | None = None


def skip(reason: str) -> Taken:
    """Return that a delivery holds nothing to take."""
    return Taken(skipped=reason)


def take(said: Mapping[str, Any]) -> Taken:
    """Return one signal of what was said; skipped when no signal can be like that."""
    given = {name: value for name, value in said.items() if value is not None}
    try:
        return Taken((SignalIn.model_validate(given),))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        return skip(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}")


def at(body: object, path: str) -> Any:
    """Return what lies at a dotted path of a JSON body; None where there is nothing."""
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def words_at(body: object, *paths: str) -> str:
    """Return the first text that is not empty at one of the paths; "" without one."""
    for path in paths:
        found = at(body, path)
        if isinstance(found, str) and found.strip():
            return found.strip()
    return ""


def name_at(body: object, *paths: str) -> str | None:
    """Return a name at one of the paths, cut to 200 characters; None without one."""
    return words_at(body, *paths)[:MOST_NAME] or None


def moment_of(given: object) -> datetime | None:
    """Return when something was said: ISO 8601, or seconds since 1970 as Slack writes them."""
    try:
        if isinstance(given, str) and "-" in given:
            moment = datetime.fromisoformat(given.replace("Z", "+00:00"))
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return datetime.fromtimestamp(float(str(given)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
