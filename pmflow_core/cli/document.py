"""`pmflow document`: what runs and people wrote."""

from typing import Annotated

import typer

from pmflow_core.accounts.actor import Actor
from pmflow_core.board.shown_documents import read_document
from pmflow_core.cli.frame import Json, answer, command_group, connected
from pmflow_core.cli.lookup import project_of
from pmflow_core.db.transaction import transaction

app = command_group("Read documents.")


@app.command()
def show(
    key: Annotated[str, typer.Argument(help="The project's key.")],
    kind: Annotated[str, typer.Argument(help="research, prd, design_brief, …")],
    version: Annotated[int | None, typer.Option(min=1, help="Absent: the newest.")] = None,
    as_json: Json = False,
) -> None:
    """Print a document as Markdown, or with its citations as JSON."""
    with connected():
        workspace_id, _ = project_of(key)
        with transaction(workspace_id) as session:
            found = read_document(session, Actor.system(workspace_id), key, kind, version)
    document = {
        "content": found.content,
        "version": found.version,
        "citations": [
            {
                "signal": f"S-{citation.signal}",
                "quote": citation.quote,
                "start": citation.quote_start,
                "end": citation.quote_end,
            }
            for citation in found.citations
        ],
        "claims": {"total": found.claims, "cited": found.cited},
    }
    answer(document, found.content, as_json=as_json)
