"""`pmflow personas`: the kinds of customer the product is made for."""

import sys
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from pmflow_core.accounts.actor import Actor
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db import Session
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.knowledge import service
from pmflow_core.knowledge.schemas import PersonaEdit, PersonaIn, PersonaRead
from pmflow_core.signals import personas
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("List and write personas.")
M = TypeVar("M", bound=BaseModel)
WorkspaceSlug = Annotated[str, typer.Option("--workspace", help="The workspace's slug.")]
Name = Annotated[str, typer.Argument(help="The persona's name.")]
Description = Annotated[str | None, typer.Option(help="Markdown; - reads it from standard input.")]
Segment = Annotated[str | None, typer.Option(help="Signals of this segment are theirs.")]
Weight = Annotated[float | None, typer.Option(min=0, max=10, help="Of their vote in juries.")]


class BadPersona(Invalid):
    """A persona on the command line is not what one can be."""

    code = "bad_persona"


@app.command("list")
def list_(workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """List the personas by name."""
    with connected():
        actor = _system(workspace)
        with transaction(actor.workspace_id) as session:
            found = personas.list_personas(session, actor)
    text = "\n".join(_line(each) for each in found) or "There are no personas yet."
    answer([_document(each) for each in found], text, as_json=as_json)


@app.command()
def add(
    name: Name,
    workspace: WorkspaceSlug,
    description: Description = None,
    segment: Segment = None,
    weight: Weight = None,
    as_json: Json = False,
) -> None:
    """Write a persona down."""
    given = _given(description, segment, weight)
    with connected(redis=True):
        actor = _system(workspace)
        with transaction(actor.workspace_id) as session:
            made = service.add(session, actor, _parsed(PersonaIn, {"name": name, **given}))
    answer(_document(made), _line(made), as_json=as_json)


@app.command()
def edit(
    name: Name,
    workspace: WorkspaceSlug,
    rename: Annotated[str | None, typer.Option(help="The new name.")] = None,
    description: Description = None,
    segment: Segment = None,
    weight: Weight = None,
    as_json: Json = False,
) -> None:
    """Change a persona; what is not named stays."""
    given = _given(description, segment, weight)
    if rename is not None:
        given["name"] = rename
    with connected(redis=True):
        actor = _system(workspace)
        with transaction(actor.workspace_id) as session:
            found = _find(session, actor, name)
            made = service.edit(session, actor, found.id, _parsed(PersonaEdit, given))
    answer(_document(made), _line(made), as_json=as_json)


@app.command()
def remove(name: Name, workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """Move a persona into the bin."""
    with connected(redis=True):
        actor = _system(workspace)
        with transaction(actor.workspace_id) as session:
            found = _find(session, actor, name)
            service.delete(session, actor, found.id)
    answer(_document(found), f"{found.name} is in the bin.", as_json=as_json)


def _system(slug: str) -> Actor:
    with in_no_workspace() as session:
        return Actor.system(workspace_by_slug(session, slug))


def _find(session: Session, actor: Actor, name: str) -> PersonaRead:
    for each in service.list_personas(session, actor):
        if each.name.casefold() == name.strip().casefold():
            return each
    raise NotFound(f"There is no persona named {name!r} in this workspace.")


def _parsed(model: type[M], given: dict[str, Any]) -> M:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        raise BadPersona(f"{fault['loc'][0]}: {fault['msg']}.") from error


def _given(description: str | None, segment: str | None, weight: float | None) -> dict[str, Any]:
    told = sys.stdin.read() if description == "-" else description
    given = {"description": told, "segment": segment, "weight": weight}
    return {field: value for field, value in given.items() if value is not None}


def _line(persona: PersonaRead) -> str:
    segment = f"  segment {persona.segment}" if persona.segment else ""
    return f"{persona.name}  weight {persona.weight:g}{segment}  {persona.signals} signals"


def _document(persona: PersonaRead) -> dict[str, Any]:
    return {
        "id": str(persona.id),
        "name": persona.name,
        "description": persona.description,
        "segment": persona.segment,
        "weight": persona.weight,
        "signals": persona.signals,
    }
