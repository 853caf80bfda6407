"""`pmflow user`: people, made by who runs the installation."""

import sys
from typing import Annotated

import typer

from pmflow_core.accounts import resets
from pmflow_core.accounts import service as accounts
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace

app = command_group("Make people, and let them in again.")


@app.command()
def create(
    email: Annotated[str, typer.Option(help="The address they sign in with.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    name: Annotated[str, typer.Option(help="What others see.")] = "",
    operator: Annotated[
        bool, typer.Option("--operator", help="May see what concerns the whole installation.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a person who can sign in."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    with connected(), in_no_workspace() as session:
        user = accounts.create_user(session, email, password, name, operator=operator)
    answer(user.model_dump(mode="json"), f"{user.email} can sign in now.", as_json=as_json)


@app.command()
def reset_link(
    email: Annotated[str, typer.Option(help="The address they sign in with.")],
    as_json: Json = False,
) -> None:
    """Make a link by which a person chooses a new password; hand it to nobody else."""
    with connected() as here, in_no_workspace() as session:
        link = resets.make_link(session, email, here.settings.web_url)
    minutes = int(resets.LIFETIME.total_seconds() / 60)
    text = f"{link}\nIt works once, for {minutes} minutes."
    answer({"link": link, "minutes": minutes}, text, as_json=as_json)
