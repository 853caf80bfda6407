"""Each check of the walls, taken away one at a time while the matrix looks on."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Role
from pmflow_core.db import tenancy, transaction
from pmflow_ui import access, viewer, wall
from pmflow_ui.access import MARK, Access, Permission
from pmflow_ui.api import cron, permission
from tests.walls import events, probes, rest, services, tables
from tests.walls.rows import as_owner, tenant_rows
from tests.walls.world import World

Faults = Callable[[World], Iterator[str]]


@dataclass(frozen=True)
class Mutant:
    """The product with one check less, and the part of the matrix that should notice."""

    name: str
    planted: Callable[[World], Any]
    faults: Faults

    def survives(self, world: World) -> bool:
        """Return whether nothing notices."""
        with world.undone(), self.planted(world):
            try:
                return next(iter(self.faults(world)), None) is None
            except Exception:  # noqa: BLE001 whatever breaks is noticed
                return False
            finally:
                as_owner(world.connection)

    def raises_false_alarm(self, world: World) -> bool:
        """Return whether the same part of the matrix complains although nothing was taken away."""
        with world.undone():
            return next(iter(self.faults(world)), None) is not None


def weaker(permission_: Permission) -> list[Permission]:
    """Return the permissions that let in more than this one."""
    if isinstance(permission_, Role):
        lower = list(Role)[permission_.rank - 1] if permission_.rank else Access.SIGNED_IN
        return [lower, Access.ANYONE]
    return [] if permission_ is Access.ANYONE else [Access.ANYONE]


def mutants() -> Iterator[Mutant]:
    """Yield every mutant, kind by kind."""
    yield from _of_routes()
    yield from _of_handlers()
    yield from _of_verbs()
    yield from _of_tables()
    yield from _of_sessions()
    yield from _of_guards()


def _of_routes() -> Iterator[Mutant]:
    for call in rest.calls():
        for instead in weaker(call.permission):
            yield Mutant(
                f"route {call.name} allows {instead}",
                lambda _, call=call, instead=instead: _allowing(call, instead),
                lambda world, call=call: rest.door_faults(call, world),
            )


@contextmanager
def _allowing(call: rest.Call, instead: Permission) -> Iterator[None]:
    found = rest.door(call.route)
    object.__setattr__(found, "permission", instead)
    try:
        yield
    finally:
        object.__setattr__(found, "permission", call.permission)


def _of_handlers() -> Iterator[Mutant]:
    for handled in events.handlers():
        for instead in weaker(handled.permission):
            yield Mutant(
                f"wall lets {instead} send {handled.name}",
                lambda _, handled=handled, instead=instead: _declaring(handled, instead),
                lambda world, handled=handled: events.wall_faults(handled, world),
            )
            yield Mutant(
                f"handler {handled.name} checks for {instead}",
                lambda _, handled=handled, instead=instead: _checking(handled, instead),
                lambda world, handled=handled: events.second_faults(handled, world),
            )


@contextmanager
def _declaring(handled: events.Handled, instead: Permission) -> Iterator[None]:
    setattr(handled.fn, MARK, instead)
    try:
        yield
    finally:
        setattr(handled.fn, MARK, handled.permission)


@contextmanager
def _checking(handled: events.Handled, instead: Permission) -> Iterator[None]:
    cell = handled.fn.__closure__[handled.fn.__code__.co_freevars.index("allow")]
    cell.cell_contents = instead
    try:
        yield
    finally:
        cell.cell_contents = handled.permission


# What these call at once asks for the same role, so without their own check nothing changes.
ASKED_TWICE = {"pmflow_core.board.drafts.save_version"}


def _of_verbs() -> Iterator[Mutant]:
    for verb in services.verbs():
        if f"{verb.module}.{verb.name}" in ASKED_TWICE:
            continue
        if verb.role is Role.VIEWER:
            continue  # every member is one; the doors before it tell members from strangers
        yield Mutant(
            f"verb {verb.module}.{verb.name} asks for no role",
            lambda _, verb=verb: _recoded(verb.function, _without_first),
            lambda _, verb=verb: services.verb_faults(verb),
        )


def _without_first(node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    first = services.first_statement(node)
    node.body[node.body.index(first)] = ast.Pass()


@contextmanager
def _recoded(
    function: FunctionType, change: Callable[[ast.FunctionDef | ast.AsyncFunctionDef], None]
) -> Iterator[None]:
    """Have a function run other code while inside; whoever holds it, holds the changed one."""
    before = function.__code__
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    node = tree.body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    node.decorator_list = []
    node.returns = None
    change(node)
    code = compile(ast.fix_missing_locations(tree), before.co_filename, "exec")
    function.__code__ = next(each for each in code.co_consts if isinstance(each, CodeType))
    try:
        yield
    finally:
        function.__code__ = before


POLICIES = {
    "has no row security": "alter table {table} disable row level security",
    "shows every row": "alter policy tenant on {table} using (true)",
    "takes every row": "alter policy tenant on {table} with check (true)",
}


def _of_tables() -> Iterator[Mutant]:
    for table in tenant_rows():
        for what, statement in POLICIES.items():
            yield Mutant(
                f"table {table} {what}",
                lambda world, it=statement, table=table: _executed(world, it.format(table=table)),
                lambda world, table=table: tables.row_security_faults(world, table),
            )


@contextmanager
def _executed(world: World, statement: str) -> Iterator[None]:
    as_owner(world.connection)
    world.connection.execute(text(statement))
    yield


def _of_sessions() -> Iterator[Mutant]:
    listeners = {
        "filter_by_workspace": ("do_orm_execute", tenancy.filter_by_workspace),
        "refuse_foreign_rows": ("before_flush", tenancy.refuse_foreign_rows),
    }
    for name, (when, listener) in listeners.items():
        yield Mutant(
            f"sessions without {name}",
            lambda _, when=when, listener=listener: _unheard(when, listener),
            _every_filter,
        )
    yield Mutant(
        "sessions keep the login role",
        lambda _: _recoded(_after_begin(), _emptied),
        _every_session_is_the_role,
    )


@contextmanager
def _unheard(when: str, listener: Any) -> Iterator[None]:
    event.remove(Session, when, listener)
    try:
        yield
    finally:
        event.listen(Session, when, listener)


def _every_filter(world: World) -> Iterator[str]:
    for table, kind in tenant_rows().items():
        yield from tables.filter_faults(world, table, kind)


def _after_begin() -> FunctionType:
    return vars(transaction)["_after_begin"]


def _emptied(node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    node.body = [ast.Pass()]


def _every_session_is_the_role(world: World) -> Iterator[str]:
    as_owner(world.connection)
    with world.undone(), transaction.transaction(world.ours.workspace_id) as session:
        row = session.execute(text("select current_user, current_setting('app.ws', true)")).one()
    if tuple(row) != (transaction.APP_ROLE, str(world.ours.workspace_id)):
        yield f"a session is {row}"


# The functions that all doors share; every branch of theirs is a check.
GUARDS: tuple[FunctionType, ...] = (
    access.check,
    access.require,
    access.member,
    access.current_viewer,
    permission.Entry.enter,
    permission.Allow.__call__,
    viewer.look_up,
    viewer.look_up_member,
    viewer.look_up_key,
    accounts.find_sessions,
    wall.Wall.preprocess,
    cron.has_secret,
)


# Branches whose absence lets nobody in, and why; each was looked at.
HARMLESS = {
    "if isinstance(caller, Program):": "a program carries its actor, whom the next check asks",
    "and (not self.place.is_named):": "only words: without it the next check answers 404",
    "raise WorkspaceMissing": "only words, as above",
    "if caller is None:": "cannot be: `require` has refused nobody before",
    "raise AssertionError": "cannot be, as above",
    "if unseen:": "moves the idle clock; refuses nobody",
}


def _of_guards() -> Iterator[Mutant]:
    for guard in GUARDS:
        for index, line in enumerate(_refusals(guard)):
            if any(part in line for part in HARMLESS):
                continue
            yield Mutant(
                f"{guard.__module__}.{guard.__qualname__} without `{line}`",
                lambda _, guard=guard, index=index: _recoded(guard, _without(index)),
                _some_doors,
            )


def _refusals(function: FunctionType) -> list[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return [ast.unparse(node).splitlines()[0] for node in _checks(tree)]


def _checks(tree: ast.AST) -> list[ast.If | ast.Raise]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.If | ast.Raise)]


def _without(index: int) -> Callable[[ast.FunctionDef | ast.AsyncFunctionDef], None]:
    def change(node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        found = _checks(node)[index]
        if isinstance(found, ast.If):
            found.test = ast.Constant(value=False)
        else:
            found.exc = ast.Call(ast.Name("AssertionError", ast.Load()), [], [])

    return change


def _some_doors(world: World) -> Iterator[str]:
    """Yield what a few doors of each kind do otherwise than they declare."""
    yield from probes.probe_faults(world)
    for call in some(rest.calls(), lambda call: (call.permission, tuple(call.parameters)[:1])):
        yield from rest.door_faults(call, world)
        yield from rest.faults(call, world)
        yield from rest.foreign_faults(call, world)
    for handled in some(events.handlers(), lambda handled: handled.permission):
        yield from events.wall_faults(handled, world)
        yield from events.second_faults(handled, world)


def some(found: list[Any], kind: Callable[[Any], object]) -> list[Any]:
    """Return the first of each kind."""
    return list({kind(each): each for each in reversed(found)}.values())
