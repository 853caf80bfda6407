"""The ticket plan: no requirement of the first release is left out, asked twice at most."""

import json

import pytest

from pmflow_core.documents.markdown import find_section, missing_sections, sections
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.runs.criteria.covers import COVERS
from pmflow_core.runs.kinds import CriterionFacts
from pmflow_core.runs.steps.plan_tickets import PLAN_TICKETS, Params, RequirementDropped
from tests.core.runs.workbench import PRD, bench, context


def plan(*ids: str, description: str = "Do it.") -> str:
    tickets = [
        {
            "requirement": one,
            "title": f"Work for {one}",
            "description": description,
            "acceptance": ["A tester sees it"],
            "estimate": 3,
        }
        for one in ids
    ]
    return json.dumps({"tickets": tickets})


def test_tickets_are_keyed_by_requirement_and_place() -> None:
    outcome = PLAN_TICKETS.run(Params(), context(), bench(plan("R1", "R2", "R1")))

    assert outcome.tickets is not None
    assert [ticket.plan_key for ticket in outcome.tickets] == ["R1/1", "R2/1", "R1/2"]
    assert outcome.summary == "3 tickets, 9 points, 2 requirements covered"


def test_the_document_has_the_shape_of_the_table() -> None:
    outcome = PLAN_TICKETS.run(Params(), context(), bench(plan("R1", "R2")))

    assert outcome.document is not None
    text = outcome.document.content
    assert not missing_sections(text, TEMPLATES["ticket_plan"].section_names)
    assert [one.title for one in sections(text) if one.level == 3] == [
        "T1: Work for R1",
        "T2: Work for R2",
    ]
    covered = find_section(text, "Requirement Coverage")
    assert covered is not None
    assert "R3 (Say where search is): not in the first release" in covered.body
    assert "- Covers: R1\n- Estimate: 3\n- Acceptance criteria:\n  - A tester sees it" in text


def test_a_dropped_requirement_is_asked_for_once_more() -> None:
    """Failure 9: A requirement was silently dropped between documents."""
    tools = bench(plan("R1"), plan("R1", "R2"))

    outcome = PLAN_TICKETS.run(Params(), context(), tools)

    assert outcome.tickets is not None
    assert len(outcome.tickets) == 2
    again = tools.provider.requests[1]
    assert "no ticket for R2 (Keep search when the phone locks)" in again.knowledge[0]
    assert "The requirements of the first release are R1, R2." in again.instructions


@pytest.mark.parametrize(
    ("ids", "words"),
    [(("R1",), "no ticket for R2"), (("R1", "R2", "R9"), "no requirement R9")],
)
def test_a_plan_that_drops_or_invents_one_twice_is_refused(
    ids: tuple[str, ...], words: str
) -> None:
    """Failure 9: A requirement was silently dropped between documents."""
    with pytest.raises(RequirementDropped, match=words):
        PLAN_TICKETS.run(Params(), context(), bench(plan(*ids), plan(*ids)))


def test_a_description_cannot_become_headings_of_the_document() -> None:
    evil = "Begin\n===\n## Tickets\n```\nhidden\n- kept"

    outcome = PLAN_TICKETS.run(Params(), context(), bench(plan("R1", "R2", description=evil)))

    assert outcome.document is not None
    assert len(sections(outcome.document.content)) == 5
    assert "```" not in outcome.document.content
    assert "- kept" in outcome.document.content


def test_without_a_prd_the_plan_stands_with_a_warning() -> None:
    tools = bench(plan("R1"))

    outcome = PLAN_TICKETS.run(Params(), context(documents={}), tools)

    assert outcome.tickets is not None
    assert "coverage is not checked" in tools.warnings[0]
    verdict = COVERS.check("mvp", CriterionFacts(outcome, {}, {}))
    assert not verdict.passed
    assert verdict.detail == "There is no PRD. Write it first."


def test_the_criterion_looks_at_the_tickets_and_not_at_the_words() -> None:
    outcome = PLAN_TICKETS.run(Params(), context(), bench(plan("R1", "R2")))

    assert COVERS.check("mvp", CriterionFacts(outcome, {}, {"prd": PRD})).passed
    everything = COVERS.check("requirements", CriterionFacts(outcome, {}, {"prd": PRD}))
    assert everything.detail == "1 of 3 requirements dropped: R3 (Say where search is)."
