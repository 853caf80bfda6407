"""`pmflow search` and `pmflow evidence`: what a workspace holds about something."""

from functools import partial
from typing import Annotated, Any

import typer

from pmflow_core.accounts.actor import Actor
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db.transaction import transaction
from pmflow_core.search.evidence import find_evidence
from pmflow_core.search.schemas import (
    MOST_QUOTES,
    MOST_SIGNALS,
    EvidenceFound,
    EvidenceQuery,
    Found,
    SearchQuery,
    SignalHit,
    Thing,
)
from pmflow_core.search.service import search as find
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("Find signals, themes, projects and documents.")
WorkspaceSlug = Annotated[str, typer.Option("--workspace", help="The workspace's slug.")]


@app.command()
def search(
    query: Annotated[str, typer.Argument(help='Words, a question, a key, a "phrase", -without.')],
    workspace: WorkspaceSlug,
    kind: Annotated[list[Thing] | None, typer.Option(help="Only this; may be repeated.")] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=MOST_SIGNALS, help="At most so many signals.")
    ] = 10,
    as_json: Json = False,
) -> None:
    """Search by words and by meaning; the best of each kind comes first."""
    asked = SearchQuery(text=query, things=frozenset(kind or Thing), signals=limit)
    with connected():
        actor = _actor(workspace)
        found = find(partial(transaction, actor.workspace_id), actor, asked)
    lines = [
        *(f"{hit.key:<8} {hit.name}" for hit in found.projects),
        *(f"theme    {hit.label} ({hit.size})" for hit in found.themes),
        *(f"{hit.project_key:<8} {hit.title}: {hit.section}" for hit in found.documents),
        *(f"{hit.row.name:<8} {_line(hit.excerpt.text)}" for hit in found.signals),
    ]
    answer(_document(found), "\n".join(lines) or "Nothing was found.", as_json=as_json)


@app.command()
def evidence(
    question: Annotated[str, typer.Argument(help="A question that customers may have answered.")],
    workspace: WorkspaceSlug,
    limit: Annotated[
        int, typer.Option(min=1, max=MOST_QUOTES, help="At most so many quotes.")
    ] = 10,
    as_json: Json = False,
) -> None:
    """Quote the signals that speak to a question, and count them and their customers."""
    asked = EvidenceQuery(question=question, limit=limit)
    with connected():
        actor = _actor(workspace)
        found = find_evidence(partial(transaction, actor.workspace_id), actor, asked)
    lines = [f"{each.row.name:<8} “{_line(each.quote)}”" for each in found.quotes]
    least = "at least " if found.more else ""
    lines.append(f"{least}{found.signals} signals, {found.customers} known customers")
    answer(_evidence(found), "\n".join(lines), as_json=as_json)


def _actor(slug: str) -> Actor:
    with in_no_workspace() as session:
        return Actor.system(workspace_by_slug(session, slug))


def _line(text: str) -> str:
    return " ".join(text.split())


def _document(found: Found) -> dict[str, Any]:
    return {
        "signals": [_signal(hit) for hit in found.signals],
        "themes": [
            {"id": str(hit.id), "label": hit.label, "size": hit.size} for hit in found.themes
        ],
        "projects": [
            {"key": hit.key, "name": hit.name, "status": hit.status.value} for hit in found.projects
        ],
        "documents": [
            {
                "project": hit.project_key,
                "type": hit.type,
                "version": hit.version,
                "section": hit.section,
                "text": hit.excerpt.text,
            }
            for hit in found.documents
        ],
        "corrected": found.corrected,
        "meaning": found.meaning,
    }


def _signal(hit: SignalHit) -> dict[str, Any]:
    return {
        "signal": hit.row.name,
        "text": hit.excerpt.text,
        "highlights": [{"start": mark.start, "end": mark.end} for mark in hit.excerpt.marks],
        "found_by": hit.by.value,
        "cosine": hit.cosine,
        "theme": hit.theme.label if hit.theme else None,
    }


def _evidence(found: EvidenceFound) -> dict[str, Any]:
    return {
        "quotes": [
            {
                "signal": each.row.name,
                "quote": each.quote,
                "start": each.start,
                "end": each.end,
                "customer": each.row.customer,
            }
            for each in found.quotes
        ],
        "signals": found.signals,
        "customers": found.customers,
        "more": found.more,
        "meaning": found.meaning,
    }
