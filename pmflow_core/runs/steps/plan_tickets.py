"""The step that plans tickets and makes sure that no requirement of the release is dropped."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from pydantic import BaseModel, Field

from pmflow_core.documents.requirements import Requirement, requirements
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.errors import Invalid
from pmflow_core.providers.answers import TICKET_PLAN, PlannedWork, TicketPlan
from pmflow_core.runs.kinds import (
    DocumentDraft,
    RunContext,
    StepKind,
    StepOutcome,
    TicketDraft,
    Tools,
)
from pmflow_core.runs.requests import (
    Spending,
    about,
    ask_for,
    bullets,
    one_line,
    to_mend,
    with_instructions,
)
from pmflow_core.runs.status import LogLevel

PLAN = "ticket_plan"


class RequirementDropped(Invalid):
    """The plan has no ticket for a requirement of the first release, or one for no requirement."""

    code = "requirement_dropped"


class Params(BaseModel):
    """Parameters in a recipe."""

    instructions: str = Field(default="", max_length=4_000, description="Added to the prompt.")
    max_tokens: int = Field(default=12_000, ge=1_000, le=32_000)


def run(params: Params, context: RunContext, tools: Tools) -> StepOutcome:
    """Plan the tickets of the first release and write them down as a document too.

    Raises:
        ProviderUnavailable: the provider does not answer.
        ProviderRejected: it refused, or its plan has not the shape of one.
        RequirementDropped: asked twice, it still leaves a requirement out.
    """
    known = requirements(context.documents.get("prd", ""))
    if not known:
        tools.log(LogLevel.WARN, "The PRD states no requirement by id; coverage is not checked.")
    request = replace(about(context, TICKET_PLAN, "Ticket plan"), max_tokens=params.max_tokens)
    first = [one.id for one in known if one.in_mvp]
    wanted = f"The requirements of the first release are {', '.join(first)}." if first else ""
    request = with_instructions(request, params.instructions, wanted)
    spending = Spending()
    plan = ask_for(TicketPlan, request, tools, spending).tickets
    fault = _fault(plan, known)
    if fault:
        tools.log(LogLevel.WARN, f"{fault} Asking once more.")
        again = to_mend(request, f"The last try was refused. {fault}")
        plan = ask_for(TicketPlan, again, tools, spending).tickets
        fault = _fault(plan, known)
    if fault:
        raise RequirementDropped(fault)
    tickets = _tickets(plan)
    points = sum(ticket.estimate for ticket in tickets)
    return StepOutcome(
        f"{len(tickets)} tickets, {points} points, {len(first)} requirements covered",
        DocumentDraft(PLAN, _document(tickets, known), "composed from the plan"),
        spending.usage,
        tickets=tickets,
        output=MappingProxyType({"tickets": len(tickets), "points": points}),
    )


def _fault(plan: Sequence[PlannedWork], known: Sequence[Requirement]) -> str:
    """What is wrong with a plan, in words that both a person and a model can act on."""
    if not known:
        return ""
    planned = {work.requirement for work in plan}
    left = [f"{one.id} ({one.title})" for one in known if one.in_mvp and one.id not in planned]
    unknown = sorted(planned - {one.id for one in known})
    faults = [f"The plan has no ticket for {', '.join(left)}."] if left else []
    if unknown:
        faults.append(f"The PRD has no requirement {', '.join(unknown)}.")
    return " ".join(faults)


def _tickets(plan: Sequence[PlannedWork]) -> tuple[TicketDraft, ...]:
    """Key each ticket by its requirement and its place among those of it, as R3/1."""
    counts = Counter[str]()
    drafts: list[TicketDraft] = []
    for work in plan:
        counts[work.requirement] += 1
        drafts.append(
            TicketDraft(
                f"{work.requirement}/{counts[work.requirement]}",
                one_line(work.title, 160),
                work.description.strip(),
                tuple(one_line(each) for each in work.acceptance),
                (work.requirement,),
                work.estimate,
            )
        )
    return tuple(drafts)


def _document(tickets: Sequence[TicketDraft], known: Sequence[Requirement]) -> str:
    shape = TEMPLATES[PLAN]
    blocks = [_ticket(place, ticket) for place, ticket in enumerate(tickets, 1)]
    bodies = ("\n\n".join(blocks), _coverage(tickets, known))
    sections = [
        f"## {name}\n\n{body}" for name, body in zip(shape.section_names, bodies, strict=True)
    ]
    return "\n\n".join([f"# {shape.title}", *sections]) + "\n"


def _ticket(place: int, ticket: TicketDraft) -> str:
    return (
        f"### T{place}: {ticket.title}\n\n{_paragraphs(ticket.description)}\n\n"
        f"- Covers: {', '.join(ticket.covers)}\n"
        f"- Estimate: {ticket.estimate}\n"
        f"- Acceptance criteria:\n" + "\n".join(f"  - {each}" for each in ticket.acceptance)
    )


def _paragraphs(text: str) -> str:
    """A description with its lists kept and whatever could become a heading taken flat."""
    return "\n".join(_flat(line) for line in text.splitlines())


def _flat(line: str) -> str:
    bare = line.strip()
    # A line of dashes makes the line above it a heading; a fence that is not closed hides the rest.
    if (bare and set(bare) <= {"=", "-"}) or bare.startswith(("```", "~~~")):
        return ""
    return line.lstrip().lstrip("#").lstrip() if bare.startswith("#") else line.rstrip()


def _coverage(tickets: Sequence[TicketDraft], known: Sequence[Requirement]) -> str:
    by_requirement: dict[str, list[str]] = {one.id: [] for one in known}
    for place, ticket in enumerate(tickets, 1):
        for covered in ticket.covers:
            by_requirement.setdefault(covered, []).append(f"T{place}")
    titles = {one.id: one.title for one in known}
    rows = [
        f"{one}{f' ({titles[one]})' if one in titles else ''}:"
        f" {', '.join(places) or 'not in the first release'}"
        for one, places in by_requirement.items()
    ]
    return bullets(rows)


PLAN_TICKETS = StepKind("plan_tickets", Params, run)
