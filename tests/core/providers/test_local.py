from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmflow_core.documents.citations import check_quotes, cited_numbers, find_citations
from pmflow_core.documents.coverage import coverage
from pmflow_core.documents.markdown import empty_sections, find_section, missing_sections
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.providers.base import Evidence, GenerateRequest, SectionBrief
from pmflow_core.providers.local.provider import LocalProvider
from pmflow_core.providers.registry import BUILTIN_PROVIDERS

BEGIN = datetime(2024, 5, 1, tzinfo=UTC)
REPORTS = (
    "The search bar has disappeared since the last update.",
    "Where is the search bar? It is gone after the update!",
    "My search bar is missing on the tablet",
    "No search bar anymore. Please bring the search bar back.",
    "The app crashes when I open my playlist.",
    "It keeps crashing on startup, every single time.",
    "Crashes as soon as the playlist opens on my phone",
    "Love it, best app ever!",
    "👍👍👍",
    "Ich kann meine Lieder nicht mehr finden, was ist denn da passiert?",
)


def signal(number: int, text: str, segment: str | None = None) -> Evidence:
    moment = BEGIN + timedelta(days=number)
    return Evidence(number, text, None, None, segment, None, moment, None)


SIGNALS = [signal(number, text) for number, text in enumerate(REPORTS, 11)]


def compose(
    task: str, evidence: Sequence[Evidence], documents: Mapping[str, str] | None = None
) -> str:
    template = TEMPLATES[task]
    briefs = tuple(
        SectionBrief(one.name, one.evidence_bearing, one.instruction) for one in template.sections
    )
    request = GenerateRequest(
        task, "Find what you look for", "Search", "", briefs, tuple(evidence), documents or {}
    )
    return LocalProvider().generate(request, lambda _: None).text


def assert_stands(task: str, text: str, evidence: Sequence[Evidence]) -> None:
    template = TEMPLATES[task]
    verbatims = {one.number: one.text for one in evidence}
    assert missing_sections(text, template.section_names) == ()
    assert empty_sections(text, template.section_names) == ()
    assert check_quotes(text, verbatims) == ()
    measured = coverage(text, template.evidence_sections, verbatims)
    assert measured.uncited == ()
    if evidence and template.evidence_sections:
        assert measured.total > 0


def test_the_share_of_severe_signals_is_of_those_with_a_severity() -> None:
    rated = [replace(one, severity="high") for one in SIGNALS[:2]]
    mild = [replace(one, severity="low") for one in SIGNALS[2:3]]
    prd = compose("prd", [*rated, *mild, *SIGNALS[3:]])

    assert "2 of the 3 signals with a severity are recorded as critical or high" in prd
    assert "; of 7 none is recorded." in prd


@pytest.mark.parametrize("task", sorted(TEMPLATES))
@pytest.mark.parametrize("count", [0, 1, 2, 5, 10])
def test_every_document_has_its_sections_cites_each_claim_and_quotes_verbatim(
    task: str, count: int
) -> None:
    assert_stands(task, compose(task, SIGNALS[:count]), SIGNALS[:count])


SCRAPS = """search bar gone the I can't play. songs! update “ ” [S-1] ` * 😀 R1 ## … e.g. ? |
> <b> &amp; 변경 变慢了。 - 1. love please add www.a.b """.split()  # noqa: SIM905

texts = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from(SCRAPS), max_size=40).map(" ".join),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(texts, st.none() | st.text(max_size=20)), max_size=12),
    st.sampled_from(sorted(TEMPLATES)),
)
def test_any_evidence_gives_a_document_that_stands(
    written: list[tuple[str, str | None]], task: str
) -> None:
    evidence = [
        signal(number, text, segment) for number, (text, segment) in enumerate(written, start=1)
    ]
    assert_stands(task, compose(task, evidence), evidence)


def test_a_prd_cites_at_least_five_signals_when_it_has_them() -> None:
    assert len(cited_numbers(compose("prd", SIGNALS))) >= 5


def test_a_changed_character_of_any_quotation_is_found() -> None:
    text = compose("prd", SIGNALS)
    quotes = [one.quote for one in find_citations(text) if one.quote]
    assert quotes
    for quote in quotes:
        changed = text[: quote.start] + "¤" + text[quote.start + 1 :]
        faults = check_quotes(changed, {one.number: one.text for one in SIGNALS})
        assert len(faults) == 1
        assert "¤" in faults[0].sentence


def test_the_same_signals_in_any_order_give_the_same_document() -> None:
    assert compose("prd", SIGNALS) == compose("prd", SIGNALS[::-1])


def test_problems_are_named_in_the_customers_words_and_counted() -> None:
    problems = find_section(compose("intake_research", SIGNALS), "Problems")
    assert problems is not None
    assert "**Search bar disappeared** — 4 of 10 signals (40 %)" in problems.body


def test_praise_is_counted_but_is_no_problem() -> None:
    text = compose("intake_research", SIGNALS)
    assert "1 is praise" in text
    problems = find_section(text, "Problems")
    assert problems is not None
    assert "S-18" not in problems.body


def test_stored_vectors_group_what_words_cannot() -> None:
    directions = np.eye(4, dtype=np.float32)
    said = (
        "Alpha quits",
        "Beta halts",
        "Gamma stops",
        "Delta hurts",
        "Epsilon aches",
        "Zeta stings",
    )
    evidence = [
        Evidence(place, f"It fails: {text}", None, None, None, None, BEGIN, directions[place // 4])
        for place, text in enumerate(said, start=1)
    ]
    problems = find_section(compose("intake_research", evidence), "Problems")
    assert problems is not None
    assert [line.count("3 of 6") for line in problems.body.strip().splitlines()] == [1, 1]


def test_later_documents_keep_every_requirement_of_an_edited_prd() -> None:
    prd = (
        "## Requirements\n\n- **R1 — Keep search in sight.** Asked for [S-11].\n"
        "- **R7 — Never lose a playlist.** Asked for [S-15].\n\n## MVP Scope\n\n- R7 [S-15]\n"
    )
    for task in ("design_brief", "engineering_spec", "prototype_notes", "design_review"):
        text = compose(task, SIGNALS, {"prd": prd})
        assert "R1" in text
        assert "Never lose a playlist" in text or "R7" in text
    plan = compose("ticket_plan", SIGNALS, {"prd": prd})
    assert "### T1: Never lose a playlist" in plan
    assert "| R1 | not in the first release |" in plan


def test_a_prd_written_again_starts_from_the_signals() -> None:
    assert compose("prd", SIGNALS, {"prd": "## Requirements\n\n- R1: Old\n"}) == compose(
        "prd", SIGNALS
    )


def test_it_says_how_it_was_composed_and_leaves_judgement_open() -> None:
    text = compose("prd", SIGNALS)
    assert "> Composed locally from 10 signals, without a language model." in text
    questions = find_section(text, "Open Questions")
    assert questions is not None
    assert "?" in questions.body


def test_without_evidence_it_says_so_and_asks() -> None:
    text = compose("prd", [])
    assert "No signal is linked to this project yet" in text
    assert "Link them and run this again." in text


def test_pieces_arrive_section_by_section_and_make_up_the_text() -> None:
    template = TEMPLATES["research"]
    briefs = tuple(SectionBrief(s.name, s.evidence_bearing, "") for s in template.sections)
    heard: list[str] = []
    request = GenerateRequest("research", "T", "P", "", briefs, tuple(SIGNALS))
    completion = LocalProvider().generate(request, heard.append)
    assert len(heard) == 1 + len(briefs)
    assert "".join(heard) == completion.text
    assert completion.stop_reason == "complete"


def test_a_section_of_a_recipes_own_is_answered_or_asked() -> None:
    briefs = (SectionBrief("Pains", True, ""), SectionBrief("Bets", False, "Name our bets."))
    request = GenerateRequest("other", "T", "P", "", briefs, tuple(SIGNALS))
    text = LocalProvider().generate(request, lambda _: None).text
    assert coverage(text, ["Pains"], {one.number for one in SIGNALS}).ratio == 1.0
    assert "Name our bets" in text


def test_the_local_provider_is_built_in() -> None:
    assert [provider.name for provider in BUILTIN_PROVIDERS] == ["local"]


WORDED = (
    ("The search bar has disappeared.", "Search bar disappeared"),
    ("My card was declined at the shop", "Card is declined"),
    ("I can't search for songs anymore", "Cannot search for songs"),
    ("How do I change my PIN?", "How to change their PIN"),
    ("It crashes on startup every time", "App crashes"),
    ("My card still hasn't arrived", "Card has not arrived"),
)


@pytest.mark.parametrize(("said", "name"), WORDED)
def test_a_problem_is_named_by_a_clause_of_what_is_wrong(said: str, name: str) -> None:
    texts = [said, f"{said} Please help.", f"Hello. {said}", f"{said} Again."]
    evidence = [signal(number, text) for number, text in enumerate(texts, start=1)]
    assert f"**{name}** — 4 of 4" in compose("intake_research", evidence)


def test_groups_that_state_the_same_are_one_problem() -> None:
    topics = ("button", "feature", "bar", "option")
    evidence = [
        signal(number, f"The search {topics[number % 4]} is gone") for number in range(1, 25)
    ]
    text = compose("prd", evidence)
    assert "24 of 24 signals (100 %)" in text
    assert "R2" not in text


def test_no_line_of_a_document_cites_more_than_a_reader_follows() -> None:
    evidence = [signal(number, f"{REPORTS[number % 7]} Case {number}.") for number in range(1, 80)]
    for task in sorted(TEMPLATES):
        lines = compose(task, evidence).splitlines()
        cited = [line.count("[S-") for line in lines if line.startswith(("-", " "))]
        assert max(cited, default=0) <= 12


def test_a_situation_that_several_name_becomes_a_criterion() -> None:
    requirements = find_section(compose("prd", SIGNALS), "Requirements")
    assert requirements is not None
    assert "it is there after an update from the previous version" in requirements.body


def test_nearly_equal_quotations_stand_once_in_a_section() -> None:
    texts = [
        "Where is the search button?",
        "Where is the search button",
        "where's the search button!",
    ]
    evidence = [signal(number, text) for number, text in enumerate(texts, start=1)]
    found = find_section(compose("intake_research", evidence), "Problems")
    assert found is not None
    assert found.body.count("“") == 1


def test_segments_that_mean_the_same_are_one_persona_and_single_ones_none() -> None:
    segments = ("Premium", "paid", "Plus users", "Trial")
    evidence = [
        signal(number, f"{text} (note {number})", segment)
        for number, (text, segment) in enumerate(zip(REPORTS[:4], segments, strict=True), start=1)
    ]
    personas = find_section(compose("research", evidence), "Personas")
    assert personas is not None
    assert "**Paying customers** — 3 of 4 signals" in personas.body
    assert "Trial" not in personas.body
    assert "does not tell" in personas.body


def test_dates_are_told_only_when_the_signals_span_time() -> None:
    one_day = [Evidence(n, REPORTS[n], None, None, None, None, BEGIN, None) for n in range(5)]
    assert "arrived" not in compose("prd", one_day)
    assert "They arrived between 12 May 2024" in compose("prd", SIGNALS)


def test_later_documents_take_the_requirements_of_the_prd_as_they_stand() -> None:
    prd = compose("prd", SIGNALS)
    first = next(line for line in prd.splitlines() if line.startswith("- **R1 — "))
    title = first.split(" — ", 1)[1].split("**", 1)[0]
    for task in ("design_brief", "engineering_spec", "ticket_plan"):
        assert compose(task, SIGNALS, {"prd": prd}) == compose(task, SIGNALS)
    assert f"### T1: {title}" in compose("ticket_plan", SIGNALS, {"prd": prd})


def test_a_wish_is_not_told_as_praise() -> None:
    evidence = [*SIGNALS, signal(99, "I'd like to sort my playlist by name")]
    assert "1 is praise" in compose("research", evidence)
    assert "I'd like to sort my playlist by name" in compose("intake_research", evidence)


def problems_of(*texts: str) -> str:
    evidence = [signal(number, text) for number, text in enumerate(texts, start=1)]
    found = find_section(compose("intake_research", evidence), "Problems")
    assert found is not None
    return found.body


@pytest.mark.parametrize(
    "praise",
    [
        "I no longer have to carry a notebook around, wonderful",
        "We have not encountered any issues with it. Great app",
        "It is not perfect but I like it",
        "Who doesn't like it? Best app ever",
        "Great and it doesn't lock my phone up",
    ],
)
def test_praise_in_words_of_trouble_is_still_praise(praise: str) -> None:
    evidence = [*SIGNALS, signal(99, praise)]
    assert "2 are praise" in compose("intake_research", evidence)


@pytest.mark.parametrize(
    "said",
    [
        "Great app but it drains my battery within hours",
        "Love it, please add a dark theme",
        "Nice app, unfortunately I have to log in every day",
        "Good app, too many notices",
    ],
)
def test_trouble_beside_praise_is_heard(said: str) -> None:
    assert "1 is praise" in compose("intake_research", [*SIGNALS, signal(99, said)])


def test_use_that_is_merely_told_is_no_problem() -> None:
    told = signal(99, "I check the market on my tablet in the morning")
    text = compose("intake_research", [*SIGNALS, told])
    assert "1 names no trouble" in text
    assert "S-99" not in text.split("## Problems")[1].split("## Requests")[0]


def test_few_signals_about_different_things_stand_for_themselves_in_their_own_words() -> None:
    body = problems_of(
        "It is a decent app but the errors when I open it offline are bad",
        "You cannot reach anyone by phone",
        "I can't upload PDF files from my phone",
        "Love it!",
    )
    assert "**The errors when I open it offline are bad**" in body
    assert "Cannot upload PDF files" in body
    assert "Remarks about" not in body


def test_a_group_that_shares_only_the_products_name_is_no_problem() -> None:
    complaints = (
        "was slow at the fair",
        "has an ugly icon",
        "hung up my old printer",
        "is too expensive for students",
    )
    evidence = [
        signal(number, f"My cousin says Fluxapp {complaints[number % 4]} number {number}")
        for number in range(1, 25)
    ]
    assert "around Fluxapp" not in compose("intake_research", evidence)


def test_what_is_told_too_seldom_is_counted_apart_and_quoted() -> None:
    odd = [
        "The invoice shows a wrong address",
        "My calendar is an hour off, please fix it",
        "Stickers look terrible in landscape",
    ]
    evidence = [signal(number, REPORTS[number % 7]) for number in range(1, 40)]
    evidence += [signal(number, text) for number, text in enumerate(odd, start=60)]
    found = find_section(compose("intake_research", evidence), "Problems")
    assert found is not None
    assert "**Apart from these** — " in found.body


def test_a_document_about_praise_alone_quotes_it_and_asks_how_to_go_on_once() -> None:
    evidence = [
        signal(1, "I love how quickly the notes sync"),
        signal(2, "A beautiful way to keep recipes together"),
        signal(3, "Best planner for a busy family"),
        signal(4, "Wonderful colours and a helpful calendar"),
    ]
    text = compose("prd", evidence)
    assert_stands("prd", text, evidence)
    assert "“I love how quickly the notes sync” [S-1]" in text
    assert text.count("Link them and run this again.") == 1
