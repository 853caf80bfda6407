"""What is wrong with a recipe, and where: so that an editor can say it at the place; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError


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


def shape_faults(error: ValidationError) -> Iterator[Fault]:
    """Yield what a model refused of a recipe, each with its place.

    That a list is too short because its items were refused says nothing of its own.
    """
    found = error.errors()
    inner = {one["loc"][:length] for one in found for length in range(len(one["loc"]))}
    for one in found:
        if one["type"] == "too_short" and one["loc"] in inner:
            continue
        place = ".".join(str(part) for part in one["loc"])
        yield Fault(place, f"{place}: {one['msg']}.", f"{one['msg']}.")


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
            f"{one['msg']}.",
        )
