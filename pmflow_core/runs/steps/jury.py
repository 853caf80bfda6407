"""The step in which a jury of personas votes; score, verdict and report are made by code."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Self

from pydantic import BaseModel, Field, model_validator

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.providers.answers import JURY_VOTE, JuryVote, persona_note
from pmflow_core.providers.base import GenerateRequest
from pmflow_core.runs.jury import APPROVES, WORTH, in_words, reaches, score_of, verdict_of
from pmflow_core.runs.kinds import (
    DocumentDraft,
    PersonaFacts,
    RunContext,
    StepKind,
    StepOutcome,
    Tools,
    VoteDraft,
)
from pmflow_core.runs.models import Vote
from pmflow_core.runs.requests import Spending, about, ask_for, bullets, one_line, with_instructions
from pmflow_core.runs.status import LogLevel

REPORT = "jury_report"
_LEAST = 4
_MOST = 12
_LONGEST_NAME, _LONGEST_CARES = 80, 1_000
_VERDICTS = {
    Vote.APPROVE: "The jury approves",
    Vote.CONDITIONAL: "The jury approves on conditions only",
    Vote.REJECT: "The jury rejects",
}


class Persona(BaseModel):
    """A member of the jury."""

    name: str = Field(min_length=1, max_length=80)
    cares_about: str = Field(min_length=1, max_length=1_000, description="What they judge by.")
    weight: float = Field(default=1.0, gt=0, le=10, description="How much the vote counts.")


class Params(BaseModel):
    """Parameters in a recipe."""

    personas: list[Persona] = Field(min_length=_LEAST, max_length=_MOST)
    workspace_personas: bool = Field(
        default=True,
        description="The workspace's personas vote instead, once four of them can; false never.",
    )
    instructions: str = Field(default="", max_length=4_000, description="Added to the prompt.")
    max_tokens: int = Field(default=1_500, ge=256, le=8_000, description="Of one vote.")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [one.name.strip().casefold() for one in self.personas]
        if len(set(names)) < len(names):
            raise ValueError("two personas have the same name")
        return self


def run(params: Params, context: RunContext, tools: Tools) -> StepOutcome:
    """Ask each persona for a vote and compose the report from the votes.

    A vote that cannot be had fails the step: a jury with a seat empty has not voted.

    Raises:
        ProviderUnavailable: the provider does not answer.
        ProviderRejected: it refused, or a vote has not the shape of one.
    """
    seen = {kind: text for kind, text in context.documents.items() if kind != REPORT}
    base = replace(
        about(context, JURY_VOTE, "Vote of the jury"),
        documents=MappingProxyType(seen),
        max_tokens=params.max_tokens,
    )
    base = with_instructions(base, params.instructions)
    spending = Spending()
    jurors = seats(params, context.personas)
    if jurors is not params.personas:
        tools.log(LogLevel.INFO, f"the jury is {len(jurors)} personas of the workspace")
    votes = tuple(_ask(persona, base, context, tools, spending) for persona in jurors)
    score = score_of((vote.weight, vote.vote) for vote in votes)
    verdict = verdict_of(score)
    report = _report(jurors, votes, _threshold(context))
    return StepOutcome(
        f"{_VERDICTS[verdict]}, score {score:.2f} of {len(votes)} votes",
        DocumentDraft(REPORT, report, "composed from votes"),
        spending.usage,
        votes=votes,
        output=MappingProxyType({"score": round(score, 6), "verdict": verdict.value}),
    )


def seats(params: Params, personas: Sequence[PersonaFacts]) -> Sequence[Persona]:
    """Return who votes: the workspace's personas when enough of them can, else the recipe's.

    One can vote that is described and has a weight; of more than twelve the weightiest do.
    """
    able = [each for each in personas if each.weight > 0 and each.description.strip()]
    named = {each.name.strip().casefold(): each for each in able}
    if not params.workspace_personas or len(named) < _LEAST:
        return params.personas
    weightiest = sorted(named.values(), key=lambda each: (-each.weight, each.name))[:_MOST]
    return [
        Persona(
            name=one_line(each.name, _LONGEST_NAME),
            cares_about=one_line(each.description, _LONGEST_CARES),
            weight=each.weight,
        )
        for each in weightiest
    ]


def _ask(
    persona: Persona,
    base: GenerateRequest,
    context: RunContext,
    tools: Tools,
    spending: Spending,
) -> VoteDraft:
    tools.write(f"\n{persona.name}:\n")
    note = persona_note(persona.name, persona.cares_about)
    request = replace(base, knowledge=(note, *base.knowledge))
    answer = ask_for(JuryVote, request, tools, spending)
    tools.log(LogLevel.INFO, f"{persona.name} votes {answer.vote}: {one_line(answer.reasons[0])}")
    return VoteDraft(
        persona.name,
        persona.weight,
        Vote(answer.vote),
        tuple(one_line(each) for each in answer.reasons),
        tuple(one_line(each) for each in answer.conditions),
        MappingProxyType({kind: sha for kind, sha in context.hashes.items() if kind != REPORT}),
    )


def _threshold(context: RunContext) -> float:
    """What the recipe's own gate asks for, so that report and gate cannot disagree."""
    found = (gate.params.get("at_least") for gate in context.recipe.gates)
    gates = [gate.kind for gate in context.recipe.gates]
    return next(
        (
            float(value)
            for kind, value in zip(gates, found, strict=True)
            if kind == "jury_score" and value is not None
        ),
        APPROVES,
    )


def _report(personas: Sequence[Persona], votes: Sequence[VoteDraft], at_least: float) -> str:
    shape = TEMPLATES[REPORT]
    bodies = (_verdict(votes, at_least), _breakdowns(personas, votes), _recommendations(votes))
    sections = [
        f"## {name}\n\n{body}" for name, body in zip(shape.section_names, bodies, strict=True)
    ]
    note = "> Score and verdict are computed from the votes below; no model wrote them."
    return "\n\n".join([f"# {shape.title}", note, *sections]) + "\n"


def _verdict(votes: Sequence[VoteDraft], at_least: float) -> str:
    score = score_of((vote.weight, vote.vote) for vote in votes)
    enough = "enough" if reaches(score, at_least) else "not enough"
    counts = ", ".join(f"{sum(one.vote is vote for one in votes)} {vote.value}" for vote in Vote)
    rows = [
        f"| {_cell(one.persona)} | {one.vote.value} | {one.weight:g} | {WORTH[one.vote]:g} |"
        for one in votes
    ]
    return "\n".join(
        [
            f"**{_VERDICTS[verdict_of(score)]}.** Score {in_words(score, at_least)}: {enough} to"
            f" go on. Votes: {counts}.",
            "",
            "| Persona | Vote | Weight | Points |",
            "|---|---|---|---|",
            *rows,
        ]
    )


def _breakdowns(personas: Sequence[Persona], votes: Sequence[VoteDraft]) -> str:
    parts = [
        f"### {one_line(vote.persona)}: {vote.vote.value}\n\n"
        f"Cares about: {one_line(persona.cares_about)}\n\n{bullets(vote.reasons)}"
        for persona, vote in zip(personas, votes, strict=True)
    ]
    return "\n\n".join(parts)


def _recommendations(votes: Sequence[VoteDraft]) -> str:
    lines = list(_conditions(votes))
    return bullets(lines) if lines else "No persona sets a condition."


def _conditions(votes: Sequence[VoteDraft]) -> Iterator[str]:
    for vote in votes:
        yield from (f"**{one_line(vote.persona)}:** {each}" for each in vote.conditions)
        if vote.vote is Vote.REJECT and not vote.conditions:
            yield f"**{one_line(vote.persona)}** rejects and names no condition."


def _cell(text: str) -> str:
    return one_line(text).replace("|", "/")


JURY = StepKind("jury", Params, run)
