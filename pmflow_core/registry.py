"""A named collection that refuses to hold two things under one name."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from pmflow_core.errors import Invalid


class Named(Protocol):
    """Anything that knows its own name."""

    @property
    def name(self) -> str:
        """The name it is registered and looked up by."""
        ...


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Things by name, in the order they were added."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._things: dict[str, T] = {}

    def add(self, thing: T) -> None:
        """Register `thing` under its name; raises Invalid when the name is taken."""
        if thing.name in self._things:
            raise Invalid(f"There are two {self._what}s named {thing.name!r}.")
        self._things[thing.name] = thing

    def get(self, name: str) -> T:
        """Return the thing of that name; raises Invalid naming those that exist."""
        if name not in self._things:
            known = ", ".join(sorted(self._things))
            raise Invalid(f"There is no {self._what} {name!r}; known are {known}.")
        return self._things[name]

    def __contains__(self, name: str) -> bool:
        return name in self._things

    def __iter__(self) -> Iterator[T]:
        return iter(self._things.values())
