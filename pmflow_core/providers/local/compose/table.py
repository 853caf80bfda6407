"""Which function writes which section, and what is written where none does."""

from collections.abc import Mapping

from pmflow_core.providers.base import SectionBrief
from pmflow_core.providers.local.compose import (
    content,
    delivery,
    design,
    market,
    prd,
    prototype,
    records,
    research,
    review,
)
from pmflow_core.providers.local.desk import Desk, Writer
from pmflow_core.providers.local.phrases import bullets, question
from pmflow_core.providers.local.text import inline

_WRITERS: Mapping[str, Writer] = {
    "tl;dr": research.tldr,
    "problems": research.problems,
    "requests": research.requests,
    "evidence": research.evidence,
    "key insights": research.key_insights,
    "user problems": research.user_problems,
    "personas": research.personas,
    "problem statement": prd.problem_statement,
    "goals": prd.goals,
    "user personas": prd.user_personas,
    "requirements": prd.requirements,
    "success metrics": prd.success_metrics,
    "mvp scope": prd.mvp_scope,
    "out of scope": prd.out_of_scope,
    "design challenge": design.design_challenge,
    "key states": design.key_states,
    "accessibility requirements": design.accessibility_requirements,
    "technical approach": delivery.technical_approach,
    "data model": delivery.data_model,
    "api design": delivery.api_design,
    "testing strategy": delivery.testing_strategy,
    "target audience": market.target_audience,
    "messaging": market.messaging,
    "launch plan": market.launch_plan,
    "findings": review.findings,
    "accessibility": review.accessibility,
    "decisions": review.decisions,
    "key flows": prototype.key_flows,
    "states covered": prototype.states_covered,
    "overall verdict": market.overall_verdict,
    "persona breakdowns": market.persona_breakdowns,
    "recommendations": market.recommendations,
    "tickets": delivery.tickets,
    "requirement coverage": delivery.requirement_coverage,
}


def write_section(desk: Desk, section: SectionBrief) -> str:
    """The body of one section; a section of a recipe's own is answered or asked."""
    return "\n\n".join(part for part in (_body(desk, section), records.said(desk, section)) if part)


def _body(desk: Desk, section: SectionBrief) -> str:
    if not desk.analysis.problems:
        return content.section(desk, section)
    name = section.name.casefold().strip()
    if name == "open questions":
        return (prd if desk.request.task == "prd" else research).open_questions(desk)
    writer = _WRITERS.get(name)
    if writer is not None:
        return writer(desk)
    return research.problems(desk) if section.evidence_bearing else _asked(section)


def _asked(section: SectionBrief) -> str:
    wanted = inline(section.instruction, 200).rstrip(".") or section.name
    return bullets([question("Product manager", f"To be answered by a person: {wanted}.")])
