"""What the product promises by name: its settings, commands, codes, routes and the rest."""

import ast
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.core import TyperGroup
from typer.main import get_command

from pmflow_core.cli.program import app as program
from pmflow_core.jobs import Job
from pmflow_core.runs import builtin
from pmflow_core.runs.extensions import Extensions
from pmflow_core.settings import Settings
from pmflow_ui.api.app import ROUTERS, make_api
from pmflow_ui.api.permission import declared
from pmflow_ui.routes import ROUTES
from tests.contracts.rules import nodes
from tests.contracts.sources import Source

JOB_MODULES = frozenset(
    {"worker.account_jobs", "worker.jobs", "worker.maintenance_jobs", "worker.signal_jobs"}
)


def settings() -> list[str]:
    """Return the settings as one writes them in the environment."""
    return [variable(name, field) for name, field in Settings.model_fields.items()]


def variable(name: str, field: FieldInfo) -> str:
    """Return a field's name in the environment."""
    return name.upper() if field.validation_alias else f"PMFLOW_{name.upper()}"


def unexplained_fields(model: type[BaseModel]) -> list[str]:
    """Return the fields that do not say what they mean, and the numbers without bounds."""
    found = [name for name, field in model.model_fields.items() if not field.description]
    for name, field in model.model_fields.items():
        bounds = {
            attribute
            for rule in field.metadata
            for attribute in ("ge", "le")
            if hasattr(rule, attribute)
        }
        if field.annotation in {int, float} and bounds != {"ge", "le"}:
            found.append(name)
    return found


def commands(command: Any = None, path: str = "pmflow") -> Iterator[tuple[str, Any]]:
    """Yield every command and group of commands as one types it."""
    command = command or get_command(program)
    yield path, command
    if isinstance(command, TyperGroup):
        for name in command.list_commands(None):
            yield from commands(command.get_command(None, name), f"{path} {name}")


def unexplained_commands(command: Any = None) -> list[str]:
    """Return the commands and options without a word of help."""
    found: list[str] = []
    for path, each in commands(command):
        found += [] if each.help else [path]
        found += [f"{path} {option.name}" for option in each.params if not option.help]
    return found


def leaves() -> list[str]:
    """Return the commands that do something."""
    return [path for path, each in commands() if not isinstance(each, TyperGroup)]


def error_codes(sources: list[Source]) -> set[str]:
    """Return the codes that the product's error classes declare."""
    return {
        statement.value.value
        for source in sources
        if source.is_product
        for node in nodes(source)
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.Assign | ast.AnnAssign) and _is_code(statement)
        if isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
    }


def _is_code(statement: ast.Assign | ast.AnnAssign) -> bool:
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    return isinstance(target, ast.Name) and target.id == "code"


def kinds() -> list[str]:
    """Return the steps, criteria and gates that ship."""
    extensions = Extensions()
    builtin.register(extensions)
    return [
        kind.name
        for registry in (extensions.steps, extensions.criteria, extensions.gates)
        for kind in registry
    ]


def pages() -> list[str]:
    """Return the addresses of the pages."""
    return [route.path for route in ROUTES]


def routes() -> list[APIRoute]:
    """Return the routes of the API."""
    found = [*make_api().routes, *(route for router in ROUTERS for route in router.routes)]
    return [route for route in found if isinstance(route, APIRoute)]


def endpoints() -> list[str]:
    """Return the documented routes as `GET /path`."""
    return [
        f"{method} {route.path}"
        for route in routes()
        if route.include_in_schema
        for method in sorted(route.methods)
    ]


def unguarded(router: APIRouter) -> list[str]:
    """Return the routes of a router that do not declare one permission."""
    found = (route for route in router.routes if isinstance(route, APIRoute))
    return [route.path for route in found if len(declared(route)) != 1]


def jobs() -> list[str]:
    """Return the jobs by the dotted path that a worker resolves."""
    return [job.value for job in Job]


def unresolved(paths: list[str]) -> list[str]:
    """Return the dotted paths that are no documented function of a module of jobs."""
    return [path for path in paths if not _resolves(path)]


def _resolves(path: str) -> bool:
    module, _, name = path.rpartition(".")
    if module not in JOB_MODULES:
        return False
    function = getattr(import_module(module), name, None)
    return callable(function) and function.__module__ == module and bool(function.__doc__)
