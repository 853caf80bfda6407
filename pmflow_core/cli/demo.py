"""`pmflow demo`: a bank app's messages with themes, documents and projects, to look around in."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from pmflow_core.calls.embedding import embedder_for
from pmflow_core.cli.frame import (
    Connected,
    Json,
    answer,
    command_group,
    connected,
    in_no_workspace,
)
from pmflow_core.demo import load as samples
from pmflow_core.demo import people, story
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import installed

app = command_group("Fill a sample workspace to look around in.")
Slug = Annotated[str, typer.Option("--workspace", help="Its part of the address.")]


@app.command()
def load(
    workspace: Slug = samples.SLUG,
    admin: Annotated[
        str | None, typer.Option(help="E-mail of its admin. Absent: the only user or operator.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the sample workspace, or finish one that was begun; again changes nothing."""
    with connected(redis=True) as here:
        workspace_id = samples.find_sample(workspace) or _begin(workspace, admin)
        found = _finish(here, workspace_id)
    _answer(here, found, as_json=as_json)


@app.command()
def reset(workspace: Slug = samples.SLUG, as_json: Json = False) -> None:
    """Put a fresh sample in place of the one there is; its members stay."""
    with connected(redis=True) as here:
        found = _finish(here, samples.reset(workspace))
    _answer(here, found, as_json=as_json)


def _begin(slug: str, email: str | None) -> UUID:
    with in_no_workspace() as session:
        admin = people.find_admin(session, email)
    if admin is None:
        with in_no_workspace() as session:
            admin, password = people.make_admin(session)
        _say(f"Sign in as {admin.email} with the password {password} (it is shown only now).")
    return samples.begin(admin.id, slug)


def _finish(here: Connected, workspace_id: UUID) -> story.SampleRead:
    embedder = embedder_for(here.settings, workspace_id)
    return story.finish(workspace_id, Engine(installed()), embedder, _say)


def _say(line: str) -> None:
    Console(stderr=True, soft_wrap=True, highlight=False).print(line, markup=False)


def _answer(here: Connected, found: story.SampleRead, *, as_json: bool) -> None:
    url = f"{here.settings.web_url}/w/{found.slug}/board"
    document: dict[str, object] = {**asdict(found), "workspace": found.slug, "url": url}
    del document["slug"]
    text = (
        f"{found.signals} signals, {found.themes} themes and the projects "
        f"{', '.join(found.projects)} are at {url}"
    )
    answer(document, text, as_json=as_json)
