"""Runs as programs read them: lists, one run, its log and its files."""

import re
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import listings, results, run_details
from pmflow_core.board.listings import RunQuery
from pmflow_core.board.results import ArtifactRead
from pmflow_core.board.run_details import RunDetails
from pmflow_core.db import Session
from pmflow_core.runs.status import RunStatus
from pmflow_ui.access import member
from pmflow_ui.api import paging, shapes
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/runs", tags=["runs"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Workspace = Annotated[
    str | None, Query(description="The workspace's slug; an API key needs none.", max_length=64)
]
# What a model wrote runs no script, loads nothing and reaches nothing of ours.
INERT = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(; ?charset=[a-zA-Z0-9-]+)?")


@router.get("")
async def list_runs(
    viewer: Reader,
    workspace: Workspace = None,  # noqa: ARG001 the permission reads it from the query
    status: RunStatus | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> shapes.Page[shapes.RunItem]:
    """List a workspace's runs, the newest first."""
    query = RunQuery(status, paging.as_number(cursor), limit + 1)
    found = await call(listings.list_runs, member(viewer), query)
    return paging.page(found, limit, shapes.RunItem.model_validate, lambda last: last.number)


@router.get("/{run_id}")
async def read_run(run_id: UUID, viewer: Reader) -> shapes.Run:
    """Return a run: steps with their checks, gates, costs, its open question and its files."""
    return _shaped(await call(run_details.read_details, member(viewer), run_id))


@router.get("/{run_id}/logs")
async def logs(
    run_id: UUID,
    viewer: Reader,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Lines above this `seq`.")] = 0,
    limit: Limit = 200,
) -> shapes.Page[shapes.LogLine]:
    """Return log lines in order; `next_cursor` is the next `after` while there are more."""

    def read(session: Session, actor: Actor) -> shapes.Page[shapes.LogLine]:
        found = listings.list_lines(session, actor, run_id, after=after, limit=limit + 1)
        return paging.page(found, limit, shapes.LogLine.model_validate, lambda last: last.seq)

    return await call(read, member(viewer))


@router.get("/{run_id}/artifacts/{artifact_id}", response_class=Response)
async def artifact(run_id: UUID, artifact_id: UUID, viewer: Reader) -> Response:
    """Return a file that a step made: a prototype to be shown in a sandbox, others to be saved."""
    found, content = await call(results.read_artifact, member(viewer), run_id, artifact_id)
    shown = _is_shown(found)
    headers = {
        "Content-Security-Policy": INERT,
        "X-Content-Type-Options": "nosniff",
        # Our own pages show a prototype in a sandboxed frame.
        "X-Frame-Options": "SAMEORIGIN" if shown else "DENY",
        "Content-Disposition": _disposition(found.name, shown=shown),
    }
    known = _MEDIA_TYPE.fullmatch(found.media_type)
    media_type = found.media_type if known else "application/octet-stream"
    return Response(content, media_type=media_type, headers=headers)


def _is_shown(found: ArtifactRead) -> bool:
    return found.kind == "prototype" and found.media_type.partition(";")[0] == "text/html"


def _disposition(name: str, *, shown: bool) -> str:
    kind = "inline" if shown else "attachment"
    return f"{kind}; filename*=UTF-8''{quote(name, safe='')}"


def _shaped(found: RunDetails) -> shapes.Run:
    read, run = found.read, found.run
    question = next((each for each in read.questions if each.is_open), None)
    return shapes.Run(
        id=run.id,
        number=run.number,
        project=read.row.project_key,
        project_id=run.project_id,
        stage=run.stage,
        status=run.status,
        provider=run.provider,
        requested_by=run.requested_by_name,
        queued_at=run.queued_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        failure_class=run.failure_class,
        failure=run.failure_message,
        waiting_for=run.waiting_for,
        waiting_reason=run.waiting_reason,
        retry_of=read.retry_of,
        rerun_from=run.rerun_from,
        replay=run.replay,
        recipe_version=read.recipe_version,
        steps=[shapes.Step.model_validate(step) for step in read.steps],
        gates=[shapes.Gate.model_validate(gate) for gate in read.gates],
        tokens=shapes.Tokens(
            input=sum(step.input_tokens for step in read.steps),
            output=sum(step.output_tokens for step in read.steps),
        ),
        cost_usd=sum(step.cost_usd for step in read.steps),
        last_seq=run.last_seq,
        question=None if question is None else shapes.Question.model_validate(question),
        artifacts=[shapes.Artifact.model_validate(each) for each in found.artifacts],
        approval=None if found.approval is None else shapes.Approval.model_validate(found.approval),
        why=shapes.Why.model_validate(read.why),
    )
