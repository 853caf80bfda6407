"""What every file keeps to; each rule yields the breaches of one file, in a person's words."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from tests.contracts.sources import Source

Rule = Callable[[Source], Iterator[str]]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
ENDS_A_TRANSACTION = "pmflow_core/db/transaction.py"
# Spelled in pieces, so that this file keeps its own rules.
_LATER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b")
_ELSEWHERE = re.compile(r"(?<![\w./])(?:/wo" + r"rk|/ro" + r"ot)(?:/|\b)")
_INDEXES = re.compile(
    r"(?:py" + r"pi\.org|pythonhos" + r"ted\.org|np" + r"mjs\.(?:org|com)|--(?:extra-)?index-url)"
)
_UNSAFE_ATTRIBUTES = {"html", "markdown"}
_MOCKS = {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "create_autospec", "mocker"}


@lru_cache(maxsize=1024)
def tree(source: Source) -> ast.Module:
    """Return a Python file's syntax."""
    return ast.parse(source.text, source.path)


def nodes(source: Source) -> Iterator[ast.AST]:
    """Yield every node of a Python file, nothing of another file."""
    if source.suffix == ".py":
        yield from ast.walk(tree(source))


def file_is_short(source: Source) -> Iterator[str]:
    """A file ends before a reader's patience does."""
    lines = source.text.count("\n")
    is_code = source.suffix in {".py", ".css", ".jsx", ".js"} and not source.is_migration
    if is_code and lines > MAX_FILE_LINES:
        yield f"{source.path} has {lines} lines, more than {MAX_FILE_LINES}"


def functions_are_short(source: Source) -> Iterator[str]:
    """A function fits on a screen; a migration repeats what the database says."""
    for node in nodes(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not source.is_migration:
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                yield f"{source.path}:{node.lineno} {node.name} has {lines} lines"


def name_says_something(source: Source) -> Iterator[str]:
    """No file or folder is a drawer for what has no place."""
    path = PurePosixPath(source.path)
    for part in (*path.parts[:-1], path.stem):
        if part in BANNED_NAMES:
            yield f"{source.path}: {part!r} names nothing"


def edges_commit(source: Source) -> Iterator[str]:
    """Only `transaction()` ends a transaction."""
    if not source.is_product or source.path == ENDS_A_TRANSACTION:
        return
    for node in nodes(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in {"commit", "rollback"}:
                yield f"{source.path}:{node.lineno} calls .{node.func.attr}()"


def markup_is_never_raw(source: Source) -> Iterator[str]:
    """Nothing a tenant wrote reaches a browser as markup."""
    if source.suffix in {".jsx", ".js"} and source.is_product:
        yield from _matches(source, re.compile(r"dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b"))
    for node in nodes(source) if source.is_product else ():
        if isinstance(node, ast.Attribute) and node.attr in _UNSAFE_ATTRIBUTES:
            if isinstance(node.value, ast.Name) and node.value.id == "rx":
                yield f"{source.path}:{node.lineno} uses rx.{node.attr}"
        if isinstance(node, ast.keyword) and node.arg == "use_raw":
            if not (isinstance(node.value, ast.Constant) and node.value.value is False):
                yield f"{source.path}:{node.lineno} lets raw markup through"


def tests_use_real_things(source: Source) -> Iterator[str]:
    """Tests use real servers and the fakes that ship; nothing is replaced behind the code's back."""
    if not source.path.startswith(("tests/", "benchmarks/", "examples/")):
        return
    for node in nodes(source):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        if any(name in {"mock", "unittest.mock", "pytest_mock"} for name in names):
            yield f"{source.path}:{node.lineno} imports mocks"
        if isinstance(node, ast.Name) and node.id in _MOCKS:
            yield f"{source.path}:{node.lineno} uses {node.id}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if (node.value.id, node.attr) == ("monkeypatch", "setattr"):
                yield f"{source.path}:{node.lineno} replaces an attribute"


def nothing_is_put_off(source: Source) -> Iterator[str]:
    """What is not done is not in the tree."""
    yield from _matches(source, _LATER)


def names_no_other_machine(source: Source) -> Iterator[str]:
    """No file knows a folder of the machine it was written on."""
    if source.suffix != ".lock":
        yield from _matches(source, _ELSEWHERE)


def names_no_package_index(source: Source) -> Iterator[str]:
    """Where packages come from is the installing machine's business."""
    yield from _matches(source, _INDEXES)
    if source.suffix == ".lock" or source.path.startswith("reflex.lock/"):
        yield from _matches(source, re.compile(r"(?<!#)\bhttps?://[\w.-]+"))


def _matches(source: Source, pattern: re.Pattern[str]) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        found = pattern.search(line)
        if found:
            yield f"{source.path}:{number} says {found.group()!r}"


RULES: tuple[Rule, ...] = (
    file_is_short,
    functions_are_short,
    name_says_something,
    edges_commit,
    markup_is_never_raw,
    tests_use_real_things,
    nothing_is_put_off,
    names_no_other_machine,
    names_no_package_index,
)
