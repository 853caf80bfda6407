import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel

from pmflow_core.documents.requirements import requirements
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.providers.answers import (
    JUDGE,
    JURY_VOTE,
    PROTOTYPE,
    TICKET_PLAN,
    Judgement,
    JuryVote,
    PrototypePlan,
    Shape,
    TicketPlan,
    parse,
    persona_note,
    schema_of,
)
from pmflow_core.providers.base import Evidence, GenerateRequest, ProviderRejected, SectionBrief
from pmflow_core.providers.local.provider import LocalProvider

BEGIN = datetime(2024, 5, 1, tzinfo=UTC)
SAID = (
    "The search bar has disappeared since the last update.",
    "Where is the search bar? It is gone after the update!",
    "My search bar is missing on the tablet",
    "No search bar anymore. Please bring the search bar back.",
    "The app crashes when I open my playlist.",
    "It keeps crashing on startup, every single time.",
    "Crashes as soon as the playlist opens on my phone",
    "Love it, best app ever!",
)
SIGNALS = tuple(
    Evidence(number, text, "high", None, None, None, BEGIN + timedelta(days=number))
    for number, text in enumerate(SAID, 11)
)
JURY = (
    ("Customer", "Does this solve my problem?"),
    ("Engineering lead", "Feasible, tested and reliable"),
    ("Design lead", "Usability, states and accessibility"),
    ("Business owner", "Revenue, scope and measurable outcomes"),
    ("Support lead", "Severe complaints, risk and trust"),
)
WORTH = {"approve": 1.0, "conditional": 0.5, "reject": 0.0}


def ask(
    task: str,
    model: type[Shape],
    documents: Mapping[str, str],
    *,
    evidence: Sequence[Evidence] = SIGNALS,
    knowledge: tuple[str, ...] = (),
    instructions: str = "",
) -> Shape:
    request = GenerateRequest(
        task,
        "Title",
        "Search",
        "",
        (),
        tuple(evidence),
        documents,
        knowledge,
        instructions=instructions,
        schema=schema_of(model),
    )
    return parse(model, LocalProvider().generate(request, lambda _: None).text)


def composed(*tasks: str) -> dict[str, str]:
    """Documents as the local provider writes them one after the other."""
    documents: dict[str, str] = {}
    for task in tasks:
        template = TEMPLATES[task]
        briefs = tuple(SectionBrief(s.name, s.evidence_bearing, "") for s in template.sections)
        request = GenerateRequest(task, "T", "P", "", briefs, SIGNALS, dict(documents))
        text = LocalProvider().generate(request, lambda _: None).text
        documents[template.document_type] = text
    return documents


def votes(documents: Mapping[str, str], evidence: Sequence[Evidence] = SIGNALS) -> list[JuryVote]:
    return [
        ask(
            JURY_VOTE,
            JuryVote,
            documents,
            evidence=evidence,
            knowledge=("Some rule of the company", persona_note(*persona)),
        )
        for persona in JURY
    ]


def score(cast: Sequence[JuryVote]) -> float:
    return sum(WORTH[one.vote] for one in cast) / len(cast)


PAPERS = composed("prd", "design_brief", "engineering_spec")
SMALL = (
    "## Requirements\n\n- **R1 — Keep search in sight** [S-11][S-12]\n  - Accepted when:\n"
    "    - Everyone finds it in five seconds\n    - It stays after an update\n"
    "- **R4 — Never crash at the start** [S-15][S-16]\n\n"
    "## MVP Scope\n\n- R1\n\n## Out of Scope\n\n- R4\n"
)


def test_a_sound_plan_passes_the_jury_with_countable_reasons() -> None:
    cast = votes(PAPERS)
    assert score(cast) >= 0.6
    reasons = " ".join(reason for one in cast for reason in one.reasons)
    assert "Requirements answer 2 of 2 problems" in reasons
    assert "Key States speaks of" in reasons


def test_who_cares_about_outcomes_asks_for_targets() -> None:
    owner = votes(PAPERS)[3]
    assert owner.vote == "conditional"
    assert any("Set a target in Success Metrics for R1" in one for one in owner.conditions)


@pytest.mark.parametrize(
    "prd",
    [
        "",
        "# Product requirements\n\nTo be written.\n",
        SMALL.replace("- R1\n\n## Out", "- R1\n- R9\n\n## Out"),
        SMALL.replace("- R4\n", "- R1\n"),
        "## Requirements\n\n- **R1 — Sell more insurance**\n\n## MVP Scope\n\n- R1\n",
    ],
)
def test_an_empty_contradictory_or_foreign_plan_is_rejected_by_all(prd: str) -> None:
    cast = votes({"prd": prd})
    assert score(cast) == 0.0
    assert all(one.conditions for one in cast)


def test_a_dropped_problem_costs_votes_and_is_named() -> None:
    cast = votes({"prd": SMALL.replace("- **R4 — Never crash at the start** [S-15][S-16]\n", "")})
    assert score(cast) < 0.6
    assert "crashes" in " ".join(condition for one in cast for condition in one.conditions)


def test_a_plan_on_one_signal_is_not_approved() -> None:
    prd = "## Requirements\n\n- R1: Search is back [S-11]\n\n## MVP Scope\n\n- R1\n"
    assert {one.vote for one in votes({"prd": prd}, SIGNALS[:1])} <= {"conditional", "reject"}


def test_a_vote_without_a_persona_is_refused() -> None:
    with pytest.raises(ProviderRejected, match="needs a persona"):
        ask(JURY_VOTE, JuryVote, PAPERS)


def test_every_requirement_of_the_first_release_gets_a_ticket_and_no_other() -> None:
    tickets = ask(TICKET_PLAN, TicketPlan, {"prd": SMALL}).tickets
    assert {one.requirement for one in tickets} == {"R1"}
    assert tickets[0].title == "Keep search in sight"
    assert "Everyone finds it in five seconds" in tickets[0].acceptance
    both = ask(TICKET_PLAN, TicketPlan, PAPERS).tickets
    assert {"R1", "R2"} == {one.requirement for one in both}


def test_the_ticket_document_tells_the_same_tickets() -> None:
    documents = composed("prd", "ticket_plan")
    for work in ask(TICKET_PLAN, TicketPlan, {"prd": documents["prd"]}).tickets:
        assert f": {work.title}\n" in documents["ticket_plan"]
        assert f"- Estimate: {work.estimate} " in documents["ticket_plan"]


def test_the_prototype_shows_each_requirement_with_its_states() -> None:
    plan = ask(PROTOTYPE, PrototypePlan, PAPERS)
    assert {one for screen in plan.screens for one in screen.covers} == {"R1", "R2"}
    for screen in plan.screens[1:-1]:
        assert {"empty", "loading", "error", "success"} <= {state.name for state in screen.states}
        assert any(element.to == "done" for element in screen.elements)


def test_the_prototype_notes_tell_the_screens_of_the_prototype() -> None:
    notes = composed("prd", "prototype_notes")["prototype_notes"]
    for screen in ask(PROTOTYPE, PrototypePlan, PAPERS).screens:
        assert f"**{screen.title}**" in notes


def test_the_design_review_names_what_the_brief_leaves_out() -> None:
    review = LocalProvider()
    template = TEMPLATES["design_review"]
    briefs = tuple(SectionBrief(s.name, s.evidence_bearing, "") for s in template.sections)
    brief = "## Design Challenge\n\nR1\n\n## Key States\n\nR1\n\n## Accessibility Requirements\n"
    papers = {**PAPERS, "design_brief": brief}
    request = GenerateRequest("design_review", "T", "P", "", briefs, SIGNALS, papers)
    text = review.generate(request, lambda _: None).text
    assert "**R2 is missing from the brief's challenge and the brief's key states**" in text
    assert "The brief does not say that it is there after an update" in text
    assert "keyboard alone, in a sensible order: missing from the brief" in text


def test_a_judge_of_words_holds_only_what_stands_in_one_passage_and_says_so() -> None:
    text = {"text": "## Goals\n\nThe search bar is visible on every screen."}
    found = ask(JUDGE, Judgement, text, instructions="The search bar is visible on every screen.")
    assert found.holds
    assert "without a language model" in found.why
    lost = ask(JUDGE, Judgement, text, instructions="Prices are compared with two competitors.")
    assert not lost.holds
    assert "competitors" in lost.why


def test_a_judge_of_words_never_holds_a_denial() -> None:
    found = ask(JUDGE, Judgement, PAPERS, instructions="The plan never promises a date")
    assert not found.holds
    assert "denies" in found.why


@pytest.mark.parametrize(("task", "model"), [(TICKET_PLAN, TicketPlan), (PROTOTYPE, PrototypePlan)])
def test_without_a_requirement_there_is_nothing_to_plan(task: str, model: type[BaseModel]) -> None:
    with pytest.raises(ProviderRejected, match="There is no requirement to"):
        ask(task, model, {}, evidence=())


def test_a_task_without_a_rule_is_refused() -> None:
    with pytest.raises(ProviderRejected, match="has no rule for 'horoscope'"):
        ask("horoscope", Judgement, {})


def test_the_same_evidence_in_any_order_gives_the_same_answers() -> None:
    shuffled = [dataclasses.replace(one) for one in SIGNALS[::-1]]
    for task, model in ((TICKET_PLAN, TicketPlan), (PROTOTYPE, PrototypePlan)):
        assert ask(task, model, PAPERS) == ask(task, model, PAPERS, evidence=shuffled)


@pytest.mark.parametrize(
    "stated",
    [
        "| R1 | Keep search in sight [S-11] | must |\n| R2 | Never crash [S-15] | must |",
        "- [ ] **R01: Keep search in sight.** [S-11]\n- [x] **R02: Never crash.** [S-15]",
        "### R1 — Keep search in sight\n\nPeople look [S-11].\n\n### R2 — Never crash\n\n[S-15]",
        "1. R1. Keep search in sight [S-11]\n2. R2. Never crash [S-15]",
    ],
)
def test_requirements_are_read_however_a_person_or_a_model_lists_them(stated: str) -> None:
    prd = f"## Requirements\n\n{stated}\n\n## MVP Scope\n\nR1–R2, because both hurt.\n"
    tickets = ask(TICKET_PLAN, TicketPlan, {"prd": prd}).tickets
    titles = {one.requirement: one.title for one in tickets[::-1]}
    assert titles == {"R1": "Keep search in sight", "R2": "Never crash"}
    assert [one.id for one in requirements(prd)] == ["R1", "R2"]


def test_a_question_is_no_rule_of_accessibility() -> None:
    documents = composed("prd", "design_brief")
    rules = documents["design_brief"].partition("## Accessibility Requirements")[2]
    said = [reason for one in votes(documents) for reason in one.reasons]

    stated = rules.count("\n- ") - rules.count("\n- **")
    assert f"Accessibility Requirements states {stated} rules." in said
