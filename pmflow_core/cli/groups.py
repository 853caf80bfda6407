"""Groups of commands; light, because `pmflow up` is to start at once."""

import typer


def command_group(purpose: str) -> typer.Typer:
    """Return an empty group of commands, which stays a group while it has only one."""
    group = typer.Typer(help=purpose, no_args_is_help=True, add_completion=False)
    group.callback()(lambda: None)
    return group
