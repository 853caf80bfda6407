"""The program itself: the list of commands, and what happens when one fails.

To add a command group: write a module here with `app = command_group("…")` and list it.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError
from typer.core import TyperGroup

from pmflow_core.errors import PmflowError, Unavailable
from pmflow_core.logs import configure_logging

# Name, module and, where it is not the module's whole group, the one command taken from it.
COMMANDS: tuple[tuple[str, str, str | None], ...] = (
    ("up", "roles", "up"),
    ("web", "roles", "web"),
    ("worker", "roles", "worker"),
    ("scheduler", "roles", "scheduler"),
    ("doctor", "doctor", "doctor"),
    ("db", "db", None),
    ("config", "config", None),
    ("user", "user", None),
    ("workspace", "workspace", None),
    ("demo", "demo", None),
    ("apikey", "apikey", None),
    ("webhook", "webhook", None),
    ("secrets", "secrets", None),
    ("project", "project", None),
    ("run", "run", None),
    ("recipe", "recipe", None),
    ("document", "document", None),
    ("eval", "evaluate", None),
    ("signals", "signals", None),
    ("suggestions", "suggestions", None),
    ("themes", "themes", None),
    ("reembed", "reembed", "reembed"),
    ("customers", "customers", None),
    ("personas", "personas", None),
    ("search", "search", "search"),
    ("evidence", "search", "evidence"),
    ("automation", "automation", None),
    ("maintenance", "maintenance", None),
)


class Commands(TyperGroup):
    """The listed commands; an expected failure is one line on stderr and exit 1."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 Typer keeps click's type private
        """Return the names in the order of the list."""
        return [name for name, _, _ in COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and return a command; None for a name that is none."""
        for name, module, inner in COMMANDS:
            if name == cmd_name:
                app: typer.Typer = import_module(f"pmflow_core.cli.{module}").app
                command = typer.main.get_command(app)
                if inner is not None and isinstance(command, TyperGroup):
                    return command.get_command(ctx, inner)
                return command
        return None

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except PmflowError as error:
            _complain(error)
        except OperationalError as error:
            reason = (str(error.orig).strip() or "no answer").splitlines()[0]
            _complain(Unavailable(f"PostgreSQL does not answer: {reason}"))
        except RedisError as error:
            _complain(Unavailable(f"Redis does not answer: {error}"))
        raise typer.Exit(1)


app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def pmflow() -> None:
    """Turn customer signals into themes, projects and documents that cite their evidence."""
    # Before anything can log: stdout carries answers only.
    configure_logging(json=False, level="WARNING")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `pmflow` with the process's arguments and exit."""
    app(sys.argv[1:] if arguments is None else list(arguments), prog_name="pmflow")


def _complain(error: PmflowError) -> None:
    typer.echo(f"{error.code}: {error}", err=True)
