"""The step that has the provider write one document of the section table."""

from collections.abc import Iterator
from dataclasses import replace

from pydantic import BaseModel, Field, field_validator

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.documents.service import template
from pmflow_core.providers.answers import user_persona_note
from pmflow_core.providers.base import GenerateRequest, ProviderRejected, SectionBrief
from pmflow_core.runs.kinds import DocumentDraft, RunContext, StepKind, StepOutcome, Tools
from pmflow_core.runs.requests import about, with_instructions
from pmflow_core.runs.status import LogLevel

PERSONAS = "User Personas"
_OF_PERSONAS = (
    "Begin with the team's own personas, which the knowledge holds as `user_persona`: one list item"
    " each with what the signals show of them; where none shows them say so, marked as an"
    " assumption. Then describe other kinds of customer that the signals show."
)


class Params(BaseModel):
    """Parameters in a recipe."""

    template: str = Field(description="Key of the section table.")
    instructions: str = Field(default="", max_length=8_000, description="Added to the prompt.")
    max_tokens: int = Field(default=4096, ge=256, le=32_000)

    @field_validator("template")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in TEMPLATES:
            raise ValueError(f"no document template {name!r}")
        return name


def run(params: Params, context: RunContext, tools: Tools) -> StepOutcome:
    """Write the document from the project's evidence and what the run wrote before.

    Raises:
        ProviderUnavailable: the provider does not answer.
        ProviderRejected: it refused, or its answer is not whole.
    """
    tools.log(
        LogLevel.DEBUG,
        f"context: {len(context.evidence)} signals, "
        + (", ".join(sorted(context.documents)) or "no earlier documents"),
    )
    completion = tools.provider.generate(_request(params, context), _Narrator(tools).hear)
    if completion.stop_reason != "complete":
        raise ProviderRejected(
            f"The answer was {completion.stop_reason}; it does not become a document."
        )
    words = len(completion.text.split())
    return StepOutcome(
        f"{words:,} words",
        DocumentDraft(params.template, completion.text, completion.model),
        completion.usage,
    )


def _request(params: Params, context: RunContext) -> GenerateRequest:
    shape = template(params.template)
    told = about(context, params.template, shape.title)
    asked = {section.name: section.instruction for section in shape.sections}
    if context.personas and PERSONAS in asked:
        asked[PERSONAS] = _OF_PERSONAS
        told = replace(told, knowledge=(*told.knowledge, *_personas(context)))
    request = replace(
        told,
        sections=tuple(
            SectionBrief(section.name, section.evidence_bearing, asked[section.name])
            for section in shape.sections
        ),
        max_tokens=params.max_tokens,
    )
    return with_instructions(request, params.instructions)


def _personas(context: RunContext) -> Iterator[str]:
    for each in context.personas:
        yield user_persona_note(each.name, each.segment, each.description)


class _Narrator:
    """Shows what is written, logs each section as its heading arrives, stops a cancelled run."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._line = ""

    def hear(self, piece: str) -> None:
        self._tools.check()
        self._tools.write(piece)
        *lines, self._line = (self._line + piece).split("\n")
        for line in lines:
            if line.startswith("## "):
                self._tools.log(LogLevel.INFO, f"writing {line.removeprefix('## ').strip()}")


GENERATE_DOCUMENT = StepKind("generate_document", Params, run)
