"""`pmflow apikey`: a program's way into a workspace."""

from datetime import timedelta
from typing import Annotated

import typer

from pmflow_core.accounts import api_keys
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("Make API keys.")


@app.command()
def create(
    workspace: Annotated[str, typer.Option(help="The workspace's slug.")],
    role: Annotated[Role, typer.Option(help="What the key may do.")],
    name: Annotated[str, typer.Option(help="What the key is for.")] = "made on the command line",
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Days until it expires; absent: never.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make an API key; it is shown this once."""
    expires_at = None if days is None else utcnow() + timedelta(days=days)
    with connected():
        with in_no_workspace() as session:
            workspace_id = workspace_by_slug(session, workspace)
        with transaction(workspace_id) as session:
            made = api_keys.create_api_key(
                session, Actor.system(workspace_id), name, role, expires_at=expires_at
            )
    answer(made.model_dump(mode="json"), made.key, as_json=as_json)
