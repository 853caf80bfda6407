"""The step that plans a clickable prototype and renders it as one static page."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, Field

from pmflow_core.documents.requirements import mvp_ids
from pmflow_core.providers.answers import PROTOTYPE, PrototypePlan
from pmflow_core.runs.kinds import ArtifactDraft, RunContext, StepKind, StepOutcome, Tools
from pmflow_core.runs.requests import Spending, about, ask_for, with_instructions
from pmflow_core.runs.status import LogLevel
from pmflow_core.runs.wireframe import render

KIND = "prototype"
FILE = "prototype.html"


class Params(BaseModel):
    """Parameters in a recipe."""

    instructions: str = Field(default="", max_length=4_000, description="Added to the prompt.")
    max_tokens: int = Field(default=8_000, ge=1_000, le=32_000)


def run(params: Params, context: RunContext, tools: Tools) -> StepOutcome:
    """Make the page and tell later steps which screens and states it has.

    Raises:
        ProviderUnavailable: the provider does not answer.
        ProviderRejected: it refused, or its plan has not the shape of one.
    """
    request = replace(about(context, PROTOTYPE, "Prototype"), max_tokens=params.max_tokens)
    spending = Spending()
    plan = ask_for(PrototypePlan, with_instructions(request, params.instructions), tools, spending)
    shown = {one for screen in plan.screens for one in screen.covers}
    missing = [one for one in mvp_ids(context.documents.get("prd", "")) if one not in shown]
    if missing:
        tools.log(LogLevel.WARN, f"No screen of the prototype shows {', '.join(missing)}.")
    page = render(plan, context.project.name)
    states = sum(len(screen.states) for screen in plan.screens)
    return StepOutcome(
        f"{len(plan.screens)} screens with {states} further states",
        usage=spending.usage,
        artifacts=(ArtifactDraft(KIND, FILE, "text/html", page.encode()),),
        output=MappingProxyType(_output(plan, missing)),
    )


def _output(plan: PrototypePlan, missing: list[str]) -> dict[str, Any]:
    return {
        "file": FILE,
        "not_shown": missing,
        "screens": [
            {
                "title": screen.title,
                "purpose": screen.purpose,
                "covers": list(screen.covers),
                "states": [state.name for state in screen.states],
                "leads_to": sorted({one.to for one in screen.elements if one.to}),
            }
            for screen in plan.screens
        ],
    }


BUILD_PROTOTYPE = StepKind("build_prototype", Params, run)
