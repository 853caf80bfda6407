"""JSON bodies, read only after the permission was checked, and only so far.

FastAPI would read a declared body before any dependency, however long it is and whoever sends it.
"""

import json
import math
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from pmflow_core.errors import Invalid, TooLarge
from pmflow_core.signals.normalise import clean

M = TypeVar("M", bound=BaseModel)
MAX_BYTES = 65_536


class BodyTooLarge(TooLarge):
    """The body is longer than any request needs."""

    code = "body_too_large"


class BodyMalformed(Invalid):
    """The body is no JSON object."""

    code = "body_malformed"


@dataclass(frozen=True, slots=True)
class Sent(Generic[M]):
    """A request's body: what it says, and its bytes."""

    value: M
    raw: bytes


@dataclass(frozen=True, slots=True)
class Body(Generic[M]):
    """A dependency that gives a route its JSON body; name it after the one for the permission."""

    model: type[M]
    most: int = MAX_BYTES

    async def __call__(self, request: Request) -> Sent[M]:
        """Return the body; an absent one counts as an empty object.

        Raises:
            BodyTooLarge: it is longer than `most`, 64 kB where nothing is said.
            BodyMalformed: it is no JSON object.
            RequestValidationError: it does not fit the model.
        """
        raw = await read_capped(request, self.most)
        try:
            given = _clean(json.loads(raw or b"{}"))
        except (ValueError, RecursionError) as error:
            raise BodyMalformed("Send a JSON object.") from error
        if not isinstance(given, dict):
            raise BodyMalformed("Send a JSON object.")
        try:
            return Sent(self.model.model_validate(given), raw)
        except ValidationError as error:
            faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
            raise RequestValidationError(faults) from error


def described(model: type[BaseModel]) -> dict[str, Any]:
    """Return what tells OpenAPI of a route's body."""
    schema = model.model_json_schema()
    required = bool(schema.get("required"))
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": required, "content": content}}


async def read_capped(request: Request, most: int, refusal: type[TooLarge] = BodyTooLarge) -> bytes:
    """Return a request's body; raises `refusal` for one of more bytes, as early as it shows."""
    announced = request.headers.get("content-length", "")
    received = int(announced) if announced.isascii() and announced.isdigit() else 0
    parts: list[bytes] = []
    if received <= most:
        received = 0
        async for part in request.stream():
            received += len(part)
            if received > most:
                break
            parts.append(part)
    if received > most:
        raise refusal(f"A body has at most {most:,} bytes here.")
    return b"".join(parts)


def _clean(value: Any) -> Any:
    """Return what was sent such as PostgreSQL takes it; raises ValueError for NaN and infinity."""
    match value:
        case float() if not math.isfinite(value):
            raise ValueError("JSON has no such number")
        case str():
            return clean(value)
        case list():
            return [_clean(each) for each in value]
        case dict():
            return {clean(name): _clean(each) for name, each in value.items()}
        case _:
            return value
