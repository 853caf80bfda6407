"""`pmflow webhook`: addresses that other programs send feedback to, and what they sent."""

import sys
from typing import Annotated
from uuid import UUID

import typer
from pydantic import SecretStr

from pmflow_core.accounts.actor import Actor
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db.transaction import transaction
from pmflow_core.intake import events
from pmflow_core.intake.models import RawStatus
from pmflow_core.integrations import service
from pmflow_core.integrations.models import EndpointKind
from pmflow_core.integrations.schemas import EndpointIn, EndpointRead, NewSecret, SecretIn
from pmflow_core.settings import get_settings
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("Take in feedback that other programs send.")
Workspace = Annotated[str, typer.Option(help="The workspace's slug.")]
Endpoint = Annotated[UUID, typer.Argument(help="The endpoint's id.")]
FromStdin = Annotated[
    bool, typer.Option("--secret-stdin", help="Read the sender's secret from standard input.")
]


def _admin(slug: str) -> Actor:
    with in_no_workspace() as session:
        return Actor.system(workspace_by_slug(session, slug))


@app.command()
def create(
    workspace: Workspace,
    name: Annotated[str, typer.Option(help="What sends to it.")] = "Feedback",
    kind: Annotated[
        EndpointKind, typer.Option(help="What sends to it, which says how it signs.")
    ] = EndpointKind.SIGNALS,
    signed: Annotated[
        bool,
        typer.Option("--signed/--unsigned", help="With a secret, or for senders with an API key."),
    ] = True,
    secret_stdin: FromStdin = False,
    as_json: Json = False,
) -> None:
    """Make an address; its secret is shown where it is ours."""
    given = _secret(from_stdin=secret_stdin)
    wanted = EndpointIn(name=name, kind=kind, signed=signed, secret=given)
    with connected():
        actor = _admin(workspace)
        with transaction(actor.workspace_id) as session:
            made = service.create_endpoint(session, actor, wanted, get_settings().secrets())
    _tell(made, as_json=as_json)


@app.command("list")
def list_(workspace: Workspace, as_json: Json = False) -> None:
    """List the workspace's addresses, without their secrets."""
    with connected():
        actor = _admin(workspace)
        with transaction(actor.workspace_id) as session:
            found = service.list_endpoints(session, actor)
    lines = [f"{one.id}  {one.name}  {_url(one)}" for one in found]
    answer([_as_json(one) for one in found], "\n".join(lines), as_json=as_json)


@app.command()
def rotate(
    endpoint: Endpoint,
    workspace: Workspace,
    secret_stdin: FromStdin = False,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="The secret before ends now: it leaked.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Give an address another secret; the one before counts for 24 hours."""
    given = SecretIn(secret=_secret(from_stdin=secret_stdin), at_once=at_once)
    with connected():
        actor = _admin(workspace)
        with transaction(actor.workspace_id) as session:
            keys = get_settings().secrets()
            made = service.rotate_secret(session, actor, endpoint, given, keys)
    _tell(made, as_json=as_json)


@app.command()
def close(endpoint: Endpoint, workspace: Workspace, as_json: Json = False) -> None:
    """Close an address for good; what it took in stays."""
    with connected():
        actor = _admin(workspace)
        with transaction(actor.workspace_id) as session:
            service.close_endpoint(session, actor, endpoint)
    answer({"id": str(endpoint)}, "Closed.", as_json=as_json)


@app.command("events")
def events_(
    workspace: Workspace,
    status: Annotated[RawStatus | None, typer.Option(help="Only those of this status.")] = None,
    as_json: Json = False,
) -> None:
    """List the newest deliveries of the last 30 days, and what became of each."""
    with connected():
        actor = _admin(workspace)
        with transaction(actor.workspace_id) as session:
            found = events.list_events(session, actor, status)
    lines = [f"{one.id}  {one.status.value}  {one.delivery_id}  {one.error or ''}" for one in found]
    answer([one.model_dump(mode="json") for one in found], "\n".join(lines), as_json=as_json)


@app.command()
def replay(
    event: Annotated[UUID, typer.Argument(help="The delivery's id.")],
    workspace: Workspace,
    as_json: Json = False,
) -> None:
    """Have a delivery worked on again; it makes no signal twice."""
    with connected(redis=True):
        actor = _admin(workspace)
        with transaction(actor.workspace_id) as session:
            events.replay(session, actor, event)
    answer({"id": str(event)}, "A worker tries it again.", as_json=as_json)


def _secret(*, from_stdin: bool) -> SecretStr | None:
    return SecretStr(sys.stdin.readline().strip()) if from_stdin else None


def _tell(made: NewSecret, *, as_json: bool) -> None:
    document = {**_as_json(made.endpoint), "secret": made.secret}
    answer(document, f"{_url(made.endpoint)}\n{_what_next(made)}", as_json=as_json)


def _what_next(made: NewSecret) -> str:
    if made.secret is not None:
        return made.secret
    if made.endpoint.has_secret:
        return "It believes who signs with the secret you gave."
    if made.endpoint.is_on:
        return "It has no secret: send an API key with the role editor."
    return "It is off until the sender's secret is set: pmflow webhook rotate ID --secret-stdin"


def _as_json(endpoint: EndpointRead) -> dict[str, object]:
    return {**endpoint.model_dump(mode="json"), "url": _url(endpoint)}


def _url(endpoint: EndpointRead) -> str:
    return get_settings().web_url + endpoint.path
