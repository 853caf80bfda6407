"""Having one step done for a program, ad hoc: any skill, on a project or about one signal."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board.places import project_of
from pmflow_core.db import Session
from pmflow_core.runs import ad_hoc
from pmflow_core.signals import naming
from pmflow_ui.access import member
from pmflow_ui.api import shapes
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/agents", tags=["runs"])
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
Workspace = Annotated[
    str | None, Query(description="The workspace's slug; an API key needs none.", max_length=64)
]


class Execute(BaseModel):
    """A step to be done once; with `signal` alone, on the one project it is evidence of."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "skill": "generate_document",
                "project": "ACME-7",
                "params": {"template": "research"},
            }
        },
    )

    skill: str = Field(min_length=1, max_length=80, description="As recipes name it.")
    project: str | None = Field(None, max_length=64, description="Its id or key.")
    signal: str | None = Field(
        None, max_length=64, description="Its id, number or `S-12`: the only evidence it gets."
    )
    params: Mapping[str, Any] = Field({}, description="The skill's parameters.")
    provider: str | None = Field(None, max_length=80, description="Instead of the recipe's own.")

    @model_validator(mode="after")
    def _about_something(self) -> "Execute":
        if self.project is None and self.signal is None:
            raise ValueError("name a project, a signal or both")
        return self


@router.post(
    "/execute",
    status_code=202,
    response_model=shapes.Requested,
    openapi_extra=described(Execute),
)
async def execute(
    request: Request,
    viewer: Editor,
    sent: Annotated[Sent[Execute], Depends(Body(Execute))],
    workspace: Workspace = None,  # noqa: ARG001 the permission reads it from the query
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Queue an ad-hoc run of one skill; follow it like any run."""
    asked = sent.value

    def act(session: Session, actor: Actor) -> BaseModel:
        number = None
        if asked.signal is not None:
            number = naming.number_of(session, actor, asked.signal)
        if asked.project is not None:
            of = project_of(session, actor, asked.project)
        else:
            of = ad_hoc.project_of_signal(session, actor, number or 0)
        step = ad_hoc.Asked(asked.skill, asked.params, number, asked.provider)
        return shapes.Requested.model_validate(ad_hoc.execute(session, actor, of, step))

    return await answer(request, member(viewer), sent.raw, act, status=202)
