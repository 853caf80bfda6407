"""What every file keeps to; each rule yields the breaches of one file, in a person's words."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from pmflow_core.tables import METADATA
from tests.contracts.sources import Source

Rule = Callable[[Source], Iterator[str]]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
ENDS_A_TRANSACTION = "pmflow_core/db/transaction.py"
# What may speak to the database below the ORM, and why.
PAST_THE_FILTER = {
    "pmflow_core/db/transaction.py": "sets the role and the workspace",
    "pmflow_core/migrations/env.py": "makes the tables",
    "pmflow_core/migrations/run.py": "makes the tables",
    "pmflow_core/embedded/postgres.py": "makes the database",
    "pmflow_ui/api/health.py": "asks which migration the database is at",
}
_BELOW_THE_ORM = {"__table__", "connection", "exec_driver_sql", "get_bind", "raw_connection"}
_STATEMENT = re.compile(r"\s*(?:select|insert|update|delete|with|truncate|copy)\s", re.IGNORECASE)
_TABLES = re.compile(
    r"\b(?:from|join|into|update|table|copy)\s+(?:only\s+)?(?:public\.)?(\w+)", re.IGNORECASE
)
# Spelled in pieces, so that this file keeps its own rules.
_LATER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b")
_ELSEWHERE = re.compile(r"(?<![\w./])(?:/wo" + r"rk|/r" + r"oot)(?:/|\b)")
_INDEXES = re.compile(
    r"(?:py" + r"pi\.org|pythonhos" + r"ted\.org|np" + r"mjs\.(?:org|com)|--(?:extra-)?index-url)"
)
_RAW_IN_SCRIPTS = re.compile(r"dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b")
_MOCKS = {
    "mock",
    "unittest.mock",
    "pytest_mock",
    "mocker",
    "Mock",
    "MagicMock",
    "AsyncMock",
    "monkeypatch.setattr",
    "monkeypatch.setitem",
}


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
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in {"commit", "rollback"}:
            yield f"{source.path}:{called.lineno} calls .{called.attr}()"


def row_locks_let_children_in(source: Source) -> Iterator[str]:
    """A locked parent does not hold up the insert of a child, which would break the lock order."""
    for node in nodes(source):
        called = node.func if isinstance(node, ast.Call) else None
        if not isinstance(called, ast.Attribute) or called.attr != "with_for_update":
            continue
        if isinstance(node, ast.Call) and "key_share" not in {one.arg for one in node.keywords}:
            yield f"{source.path}:{node.lineno} locks rows without key_share=True"


def markup_is_never_raw(source: Source) -> Iterator[str]:
    """Nothing a tenant wrote reaches a browser as markup."""
    if not source.is_product:
        return
    if source.suffix in {".jsx", ".js"}:
        yield from _matches(source, _RAW_IN_SCRIPTS)
    for node in nodes(source):
        if dotted(node) in {"rx.html", "rx.markdown"}:
            yield f"{source.path} uses {dotted(node)}"
        if isinstance(node, ast.keyword) and node.arg == "use_raw" and not is_false(node.value):
            yield f"{source.path}:{node.lineno} lets raw markup through"


def tests_use_real_things(source: Source) -> Iterator[str]:
    """Tests use real servers and the fakes that ship; nothing is replaced behind our back."""
    if not source.path.startswith(("tests/", "benchmarks/", "examples/")):
        return
    for node in nodes(source):
        for name in (*imported(node), dotted(node), getattr(node, "id", "")):
            if name in _MOCKS:
                yield f"{source.path} uses {name}"


def imported(node: ast.AST) -> list[str]:
    """Return the full names of what a node imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def dotted(node: ast.AST) -> str:
    """Return `a.b` of an attribute of a name, or nothing."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return ""


def is_false(node: ast.expr) -> bool:
    """Return whether an expression is the literal False."""
    return isinstance(node, ast.Constant) and node.value is False


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


def statements_pass_the_tenancy_filter(source: Source) -> Iterator[str]:
    """A tenant's table is reached through its class, which every statement narrows by workspace."""
    if not source.is_product or source.is_migration or source.path in PAST_THE_FILTER:
        return
    for node in nodes(source):
        if isinstance(node, ast.Attribute) and node.attr in _BELOW_THE_ORM:
            yield f"{source.path}:{node.lineno} goes below the ORM by .{node.attr}"
        words = node.value if isinstance(node, ast.Constant) else None
        if isinstance(words, str) and _STATEMENT.match(words):
            for table in _TABLES.findall(words):
                if table.lower() in tenant_tables():
                    yield f"{source.path} names the table {table} in raw SQL"


@lru_cache(maxsize=1)
def tenant_tables() -> frozenset[str]:
    """Return the tables whose rows belong to a workspace."""
    return frozenset(name for name, table in METADATA.tables.items() if "workspace_id" in table.c)


RULES: tuple[Rule, ...] = (
    file_is_short,
    functions_are_short,
    name_says_something,
    edges_commit,
    row_locks_let_children_in,
    markup_is_never_raw,
    tests_use_real_things,
    statements_pass_the_tenancy_filter,
    nothing_is_put_off,
    names_no_other_machine,
    names_no_package_index,
)
