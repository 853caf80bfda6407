"""`pmflow workspace`: tenants, made by who runs the installation."""

from typing import Annotated

import typer

from pmflow_core import onboarding, plugins
from pmflow_core.accounts import service as accounts
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound
from pmflow_core.ids import uuid7

app = command_group("Make workspaces.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    slug: Annotated[str, typer.Option(help="Its part of the address.")],
    admin: Annotated[str, typer.Option(help="E-mail of its first admin, who has an account.")],
    as_json: Json = False,
) -> None:
    """Make a workspace with its stages and recipes."""
    workspace_id = uuid7()
    with connected() as here:
        plugins.load(here.settings)
        with in_no_workspace() as session:
            user = accounts.find_user_by_email(session, admin)
        if user is None:
            raise NotFound(f"Nobody has the e-mail {admin}. Run first: pmflow user create")
        with transaction(workspace_id) as session:
            made = onboarding.create_workspace(
                session, workspace_id, name=name, slug=slug, admin_user_id=user.id
            )
    answer(made.model_dump(mode="json"), f"{made.name} is at /w/{made.slug}", as_json=as_json)
