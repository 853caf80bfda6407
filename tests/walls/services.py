"""Every verb of the core that asks for a role, called by each role: the innermost check."""

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any
from uuid import uuid4

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import PermissionDenied
from tests.contracts.sources import ROOT

CORE = ROOT / "pmflow_core"


@dataclass(frozen=True)
class Verb:
    """A function whose first statement asks for a role."""

    module: str
    name: str
    role: Role

    @property
    def function(self) -> FunctionType:
        """Return the function itself, beneath any decorator."""
        found: Any = import_module(self.module)
        for part in self.name.split("."):
            found = getattr(found, part)
        return inspect.unwrap(found)


class Untouched:
    """Stands for every other argument; whoever looks at it got past the check."""

    def __getattr__(self, name: str) -> object:
        raise LookupError(name)

    def __call__(self, *_given: object, **_named: object) -> object:
        """Refuse to do anything."""
        raise LookupError("called")


def verbs() -> list[Verb]:
    """Return every function of the core that says first which role it needs."""
    return [verb for path in sorted(CORE.rglob("*.py")) for verb in _verbs_of(path)]


def _verbs_of(path: Path) -> Iterator[Verb]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            role = asks_for(first_statement(node))
            if role is not None:
                yield Verb(module, node.name, role)


def first_statement(node: ast.FunctionDef) -> ast.stmt:
    """Return what a function does first, behind its docstring."""
    said = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
    return node.body[1] if said and len(node.body) > 1 else node.body[0]


def asks_for(statement: ast.stmt) -> Role | None:
    """Return the role that a statement asks for; None when it is no such statement."""
    text = ast.unparse(statement)
    known = {f"actor.require(Role.{role.name})": role for role in Role}
    return known.get(text)


def verb_faults(verb: Verb) -> Iterator[str]:
    """Yield each role that a verb treats otherwise than it says."""
    for role in Role:
        refused = _is_refused(verb.function, Actor(uuid4(), role, uuid4(), "A member"))
        if refused != (role.rank < verb.role.rank):
            yield f"{verb.module}.{verb.name} by {role.value}: {'refused' if refused else 'let in'}"


def _is_refused(function: Callable[..., Any], actor: Actor) -> bool:
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if name == "actor":
            given[name] = actor
        elif parameter.default is inspect.Parameter.empty:
            given[name] = Untouched()
    try:
        made = function(**given)
        if inspect.isgenerator(made):
            next(made)
    except PermissionDenied:
        return True
    except Exception:  # noqa: BLE001 it got past the check, and met nothing there
        return False
    return False
