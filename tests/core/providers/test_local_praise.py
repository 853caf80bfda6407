"""Praise is no requirement: what people value is said as such, and asks for no change."""

from dataclasses import replace

import pytest

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.providers.local.analysis import analyse
from pmflow_core.providers.local.papers import section
from pmflow_core.providers.local.requirements import requirements
from pmflow_core.providers.local.sorting import Voice, is_content, voice
from tests.core.providers.test_local import SIGNALS, assert_stands, compose, signal

CONTENT = (
    "Love it, best app ever!",
    "Great app, easy to use",
    "Works great, no crashes or issues at all",
    "It's kind of hard to go wrong with this, everyone loves it",
    "So easy to use. Wish I had found this sooner!",
    "Bugs of the past have disappeared and the app is more friendly, thanks",
)
PRAISE = [signal(number, text) for number, text in enumerate(CONTENT, 31)]
COMPLAINTS = (
    "Great app, but it crashes when I open a playlist",
    "Love the design. It keeps crashing on startup.",
    "Not the best, slow to react, nice icons",
    "I wish I could sort my notes, otherwise great",
    "No search button and a great many crashes",
    "Can't stop it from crashing, nice try",
)


@pytest.mark.parametrize("text", CONTENT)
def test_trouble_that_is_denied_over_or_a_turn_of_phrase_is_praise(text: str) -> None:
    assert voice(text) is Voice.PRAISE


@pytest.mark.parametrize("text", COMPLAINTS)
def test_a_complaint_that_praises_too_is_a_complaint(text: str) -> None:
    assert voice(text) is Voice.SPEAKS


def test_praise_is_cited_in_no_requirement_and_named_as_what_is_to_be_kept() -> None:
    evidence = [*SIGNALS, *PRAISE]
    prd = compose("prd", evidence)

    assert_stands("prd", prd, evidence)
    for name in ("Goals", "Requirements", "MVP Scope", "Success Metrics"):
        assert not any(f"[S-{one.number}]" in section(prd, name) for one in PRAISE), name
    assert "to be kept" in section(prd, "Out of Scope")


def test_research_says_what_customers_value_in_their_words() -> None:
    evidence = [*SIGNALS, *PRAISE]
    summary = compose("intake_summary", evidence) if "intake_summary" in TEMPLATES else ""
    written = summary or next(
        compose(task, evidence)
        for task, one in TEMPLATES.items()
        if "Evidence" in one.section_names
    )

    assert "### What customers value, to be kept" in section(written, "Evidence")


def test_what_is_quoted_as_praise_holds_no_trouble() -> None:
    mixed = signal(70, "Fantastic on the go. I would not say the charts are for me.")
    writings = [compose(task, [*PRAISE, mixed]) for task in ("prd", "research")]

    assert all("“I would not say" not in text for text in writings)
    assert any("“Fantastic on the go" in text for text in writings)


def test_a_critique_inside_praise_is_heard() -> None:
    assert voice("Great. The only critique I have is that refining gets tricky") is Voice.SPEAKS
    assert voice("Awesome on the phone, lacks basic functions like playing") is Voice.SPEAKS


@pytest.mark.parametrize("task", sorted(TEMPLATES))
def test_a_document_of_praise_alone_stands(task: str) -> None:
    assert_stands(task, compose(task, PRAISE), PRAISE)


def test_a_theme_of_praise_alone_asks_for_no_change() -> None:
    prd = compose("prd", PRAISE)

    assert section(prd, "Requirements").startswith("The evidence asks for no change")
    assert section(prd, "MVP Scope").startswith("The evidence asks for no change")
    assert "R1" not in prd


def test_what_was_not_read_may_ask_for_something() -> None:
    foreign = signal(50, "Ich kann meine Lieder nicht mehr finden, was ist denn da passiert?")
    prd = compose("prd", [*PRAISE, foreign])

    assert "asks for no change" not in prd


def test_a_lone_signal_that_is_content_and_mild_stands_apart() -> None:
    lone = replace(
        signal(60, "I like that I can buy what I cannot get locally. Fantastic!"), severity="medium"
    )
    analysis = analyse((*SIGNALS, lone))

    assert lone in analysis.apart
    assert not any(60 in one.numbers for one in requirements(analysis, {}))


@pytest.mark.parametrize(
    ("text", "severity", "expected"),
    [
        ("Love it, cannot get this locally", "medium", True),
        ("Love it, cannot get this locally", "high", False),
        ("Love it, cannot get this locally", None, False),
        ("Love it, please add a widget", "low", False),
        ("Love it, but the lists are too short", "low", False),
        ("Cannot get this locally", "low", False),
    ],
)
def test_content_is_praise_that_is_mild_and_asks_for_nothing(
    text: str, severity: str | None, *, expected: bool
) -> None:
    assert is_content(text, severity) is expected


def test_signals_that_are_all_content_are_praise() -> None:
    texts = ("Love it, cannot get this locally", "Fantastic, my old one could not do any of it")
    evidence = tuple(replace(signal(n, text), severity="low") for n, text in enumerate(texts, 1))
    analysis = analyse(evidence)

    assert analysis.problems == ()
    assert analysis.praise == evidence
