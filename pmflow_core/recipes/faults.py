"""What is wrong with a recipe, and where: so that an editor can say it at the place; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

# What people are told at the place itself; what is not here says it well enough.
SHORT: Mapping[str, str] = {
    "missing": "This is needed.",
    "string_too_short": "This is needed.",
    "string_type": "This is needed.",
    "int_parsing": "Write a whole number.",
    "int_type": "Write a whole number.",
    "int_from_float": "Write a whole number.",
    "float_parsing": "Write a number.",
    "float_type": "Write a number.",
    "string_pattern_mismatch": "Use a–z, 0–9 and _, with a letter first.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    `place` is the path of the value in the recipe, such as `steps.0.params.template`; `text` names
    the place too, for readers of a list. `short` is for who sees the place.
    """

    place: str
    text: str
    short: str = ""

    @property
    def said(self) -> str:
        """Return what is said at the place itself."""
        return self.short or self.text


def refused(error: ValidationError) -> list[ErrorDetails]:
    """Return what a model refused, each thing once.

    That a list is too short because its items were refused says nothing of its own.
    """
    found = error.errors()
    inner = {one["loc"][:length] for one in found for length in range(len(one["loc"]))}
    return [one for one in found if one["type"] != "too_short" or one["loc"] not in inner]


def shape_faults(error: ValidationError) -> Iterator[Fault]:
    """Yield what a model refused of a recipe, each with its place."""
    for one in refused(error):
        place = ".".join(str(part) for part in one["loc"])
        yield Fault(place, f"{place}: {one['msg']}.", _short(one))


def parameter_faults(
    error: ValidationError, where: str, place: str, model: type[BaseModel]
) -> Iterator[Fault]:
    """Yield what the `model` of parameters refused; what concerns them all stands at the first."""
    first = next(iter(model.model_fields), "")
    for one in error.errors():
        path = ".".join(str(part) for part in one["loc"])
        yield Fault(
            f"{place}.{path or first}".rstrip("."),
            f"{where}: {path or 'parameters'}: {one['msg']}.",
            _short(one),
        )


def _short(one: ErrorDetails) -> str:
    said = one["msg"].removeprefix("Value error, ")
    return SHORT.get(one["type"], f"{said[:1].upper()}{said[1:]}.")
