"""The page of the command line, from walking the program itself."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args

from typer.core import TyperGroup
from typer.main import get_command

from docs.generator.markdown import code, page, table
from pmflow_core.cli.program import app

_BEFORE = """
Every command has `--help`. With `--json` a command prints one JSON document on stdout and nothing
else there; progress and complaints go to stderr. An expected failure is one line `code: sentence`
on stderr and exit code 1; a mistyped command is exit code 2. Codes are in [errors](errors.md).

Commands that need the servers join those of a running `pmflow up`, or start the embedded ones for
as long as the command takes. Commands act with every right inside the workspace they name: who
may run them is decided by who may log in to the machine.
"""


def render() -> str:
    """Return the page."""
    return page("Command line", _BEFORE, *(_section(path, found) for path, found in commands()))


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command as one types it, in the order of the program's list."""
    yield from _walk("pmflow", get_command(app))


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(command, TyperGroup):
        yield path, command
        return
    for name in command.list_commands(None):
        yield from _walk(f"{path} {name}", command.get_command(None, name))


def _section(path: str, command: Any) -> str:
    shown = [each for each in command.params if not each.hidden]
    rows = [[_spelling(each), _meaning(each)] for each in shown]
    parts = [f"## `{path}`", command.help.strip()]
    if rows:
        parts.append(table(["Argument or option", "Meaning"], rows))
    return "\n\n".join(parts)


def _spelling(parameter: Any) -> str:
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    if not parameter.opts[0].startswith("-"):
        return code(names.upper())
    if getattr(parameter, "is_flag", False):
        return code(names)
    return code(f"{names} {parameter.name.upper()}")


def _meaning(parameter: Any) -> str:
    sentences = [parameter.help or ""]
    annotation = parameter.type_descriptor.annotation
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, Enum):
            sentences.append("One of " + ", ".join(code(member.value) for member in each) + ".")
    if parameter.required:
        sentences.append("Required.")
    elif parameter.default not in (None, False, (), [], ""):
        value = parameter.default
        sentences.append(f"Default: {code(value.value if isinstance(value, Enum) else value)}.")
    return " ".join(sentences)
