"""Which verbs change a workspace, and which of them write that into the audit log."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.contracts.rules import tree
from tests.contracts.sources import Source

WRITES = "pmflow_core.accounts.audit.record"
CHANGING = {"EDITOR", "ADMIN"}


@dataclass
class Verb:
    """A function of the core: whether it asks for a changing role, and what it calls."""

    name: str
    asks: bool = False
    calls: set[str] = field(default_factory=set)


def verbs(sources: Iterable[Source]) -> dict[str, Verb]:
    """Return every function of the core's modules by its dotted name."""
    found: dict[str, Verb] = {}
    for source in sources:
        if source.suffix == ".py" and source.path.startswith("pmflow_core/"):
            found |= {verb.name: verb for verb in _verbs(source)}
    return found


def unaudited(sources: Iterable[Source]) -> list[str]:
    """Return the functions that ask for a changing role and never reach the audit log."""
    known = verbs(sources)
    for verb in known.values():
        # What a part of the same module asks for, its verb asks for.
        parts = (known[name] for name in verb.calls if name in known and _is_part(name))
        verb.asks |= any(part.asks for part in parts)
    writing = {WRITES}
    before = 0
    while len(writing) != before:
        before = len(writing)
        writing |= {name for name, verb in known.items() if verb.calls & writing}
    return sorted(
        name
        for name, verb in known.items()
        if verb.asks and name not in writing and not _is_part(name)
    )


def _is_part(name: str) -> bool:
    return name.rpartition(".")[2].startswith("_")


def _verbs(source: Source) -> Iterator[Verb]:
    module = source.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    known = _imported(source)
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.FunctionDef):
            verb = Verb(f"{module}.{node.name}")
            for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
                verb.asks |= _asks(call)
                verb.calls.add(_called(call.func, module, known))
            yield verb


def _imported(source: Source) -> dict[str, str]:
    known: dict[str, str] = {}
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return known


def _asks(call: ast.Call) -> bool:
    """Return whether a call is `actor.require(Role.EDITOR)` or of an admin."""
    asked = call.args[0] if call.args else None
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "require"
        and any(
            isinstance(each, ast.Attribute) and each.attr in CHANGING
            for each in (ast.walk(asked) if asked is not None else ())
        )
    )


def _called(function: ast.expr, module: str, known: dict[str, str]) -> str:
    if isinstance(function, ast.Name):
        return known.get(function.id, f"{module}.{function.id}")
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{known.get(function.value.id, function.value.id)}.{function.attr}"
    return ""
