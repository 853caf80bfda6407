"""What the bodies of deliveries mean: signals in our own form, or a sender's events."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pmflow_core.errors import Invalid
from pmflow_core.integrations import github, pylon, slack
from pmflow_core.integrations.models import EndpointKind
from pmflow_core.integrations.schemas import SETTINGS
from pmflow_core.integrations.schemes import as_object
from pmflow_core.integrations.taken import Taken
from pmflow_core.signals.models import Source
from pmflow_core.signals.normalise import normalise
from pmflow_core.signals.schemas import MAX_BATCH, Rejection, SignalIn

SOURCES = {
    EndpointKind.SIGNALS: Source.WEBHOOK,
    EndpointKind.SLACK: Source.SLACK,
    EndpointKind.PYLON: Source.PYLON,
    EndpointKind.GITHUB: Source.GITHUB,
}
_READERS: dict[EndpointKind, Callable[[Mapping[str, Any], Any], Taken]] = {
    EndpointKind.SLACK: slack.read,
    EndpointKind.PYLON: pylon.read,
    EndpointKind.GITHUB: github.read,
}


class BadDelivery(Invalid):
    """The body of a delivery holds no signals."""

    code = "bad_delivery"


def understand(
    kind: EndpointKind, settings: Mapping[str, Any], body: bytes
) -> tuple[Sequence[SignalIn], Sequence[Rejection], str | None]:
    """Return a delivery's signals, what of it is refused, and why it holds nothing to take.

    Raises:
        BadDelivery: the body is not what such a sender sends.
    """
    if kind is EndpointKind.SIGNALS:
        return *read_signals(body), None
    given = as_object(body)
    if not given:
        raise BadDelivery("The body is not a JSON object.")
    taken = _READERS[kind](given, SETTINGS[kind].model_validate(settings))
    return taken.signals, (), taken.skipped and normalise(taken.skipped)[:500]


def read_signals(body: bytes) -> tuple[list[SignalIn], list[Rejection]]:
    """Return the signals of a JSON body: one object, a list, or `{"signals": […]}`.

    An object that is no signal is refused alone, by its place in the list from 1.

    Raises:
        BadDelivery: the body is no JSON, holds nothing, or more than 1,000 objects.
    """
    try:
        given: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadDelivery("The body is not JSON.") from error
    if isinstance(given, dict) and isinstance(given.get("signals"), list):
        given = given["signals"]
    rows: list[Any] = given if isinstance(given, list) else [given]
    if not 1 <= len(rows) <= MAX_BATCH:
        raise BadDelivery(f"Send one signal, or a list of 1 to {MAX_BATCH}.")
    return parse_rows(rows)


def parse_rows(rows: Sequence[Any]) -> tuple[list[SignalIn], list[Rejection]]:
    """Return the objects that are signals, and why the others are none, by place from 1."""
    good: list[SignalIn] = []
    refused: list[Rejection] = []
    for place, row in enumerate(rows, start=1):
        try:
            good.append(SignalIn.model_validate(row).model_copy(update={"line": place}))
        except ValidationError as error:
            refused.append(Rejection(line=place, reason=_why(error)))
    return good, refused


def _why(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}".removeprefix(": ")
        for fault in error.errors(include_url=False, include_input=False)[:3]
    ]
    return normalise("; ".join(faults))[:500]
