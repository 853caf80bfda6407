"""Criteria that look beyond the document: patterns, counts, coverage and the judge."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from pmflow_core.errors import Invalid
from pmflow_core.providers.answers import JUDGE
from pmflow_core.providers.base import ProviderUnavailable
from pmflow_core.recipes.spec import StepSpec, Strictness
from pmflow_core.runs import builtin, judging
from pmflow_core.runs.criteria import BUILTIN_CRITERIA
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.judging import Judge
from pmflow_core.runs.kinds import CriterionFacts, DocumentDraft, StepOutcome, Verdict
from tests.core.runs.workbench import PRD, bench, context, evidence

EVIDENCE = tuple(
    replace(one, severity="high" if one.number <= 4 else "low")
    for one in evidence(*["Search is gone."] * 10, customers=["Acme", "Acme", "Beta"])
)


def facts(insight: str, prd: str = PRD) -> CriterionFacts:
    draft = DocumentDraft("research", f"# Research\n\n## Key Insights\n\n{insight}\n", "m")
    documents = MappingProxyType({"prd": prd})
    return CriterionFacts(StepOutcome("", draft), {}, documents, EVIDENCE, None, 40)


def verdict(text: str, about: CriterionFacts) -> Verdict:
    name, _, argument = text.partition(":")
    kind = next(kind for kind in BUILTIN_CRITERIA if kind.name == name)
    return kind.check(kind.parse(argument), about)


@pytest.mark.parametrize(
    "sentence",
    [
        "10 signals report it [S-1].",
        "Ten signals report it [S-1].",
        "4 of 10 signals (40 %) are severe [S-1].",
        "4 of the 10 signals are severe, 40 percent [S-1].",
        "2 customers wrote more than once [S-1].",
        "3 signals say it in other words [S-1][S-2][S-5].",
        "1 signal is unlike the others [S-9].",
        "Of 40 signals in the workspace 25 % are linked [S-1].",
        "The fee is 15 EUR for 3 days, says “80 % of customers” [S-1].",
        "It holds for 14 customers [assumption: product manager].",
        "A plan for 5 users is what they have [S-1].",
    ],
)
def test_a_number_that_can_be_counted_again_stands(sentence: str) -> None:
    assert verdict("counts:true", facts(sentence)).passed


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("14 customers report it [S-1].", "14 customers is not in the data"),
        ("14 enterprise customers report it [S-1].", "14 customers is not in the data"),
        ("23 signals report it [S-1][S-2].", "the project has 10, the sentence cites 2"),
        ("4 of 12 signals are severe [S-1].", "The data has no 12 signals."),
        ("61 % of them are severe [S-1].", "61 % is no share of the data."),
        ("Seven signals say so [S-1].", "7 signals is not in the data"),
        ("7 people report it [S-1].", "7 people is not in the data"),
    ],
)
def test_an_invented_number_fails_and_names_its_sentence(sentence: str, words: str) -> None:
    found = verdict("counts:true", facts(sentence))

    assert not found.passed
    assert words in found.detail
    assert f"In Key Insights: “{sentence}”" in found.detail


@pytest.mark.parametrize(
    ("pattern", "passes"),
    [
        ("content:/\\bR1\\b/", True),
        ("content:/key insights/i", True),
        ("content:/key insights/", False),
        ("content:/^R1/m", True),
        ("content:/^R1/", False),
    ],
)
def test_a_pattern_is_looked_for_everywhere(pattern: str, passes: bool) -> None:
    assert verdict(pattern, facts("R1 is what they ask for [S-1].")).passed is passes


@pytest.mark.parametrize(
    "text",
    [
        "content:R1",
        "content:/(/",
        "content://",
        "content:/a/x",
        "content:/(?=a)b/",
        "content:/" + "a" * 400 + "/",
        "content:/((a{1,99}){1,99}){1,99}/",
        "counts:yes",
        "covers:some",
        "ai:",
        "ai:" + "a" * 400,
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        verdict(text, facts("R1"))


def test_a_pattern_that_never_ends_elsewhere_ends_here() -> None:
    # Python's own engine needs longer than the universe has for this.
    assert not verdict("content:/^(a+)+$/", facts("a" * 5_000 + "!")).passed


def test_a_requirement_that_a_document_does_not_name_is_named() -> None:
    """Failure 9: A requirement was silently dropped between documents."""
    found = verdict("covers:requirements", facts("R1 and R3 are met so [S-1]."))

    assert not found.passed
    assert found.detail == ("1 of 3 requirements dropped: R2 (Keep search when the phone locks).")
    assert verdict("covers:requirements", facts("R1–R3 are met so [S-1].")).passed
    assert verdict("covers:mvp", facts("R1 and R2 [S-1].")).passed


def test_a_prd_without_ids_covers_nothing() -> None:
    found = verdict("covers:requirements", facts("R1 [S-1].", prd="# PRD\n"))

    assert found.detail == "The PRD names no requirement by an id such as R1. Write it first."


def judged(*answers: str | ProviderUnavailable) -> tuple[Verdict, Judge]:
    tools = bench(*answers)
    judge = Judge(context(), tools)
    about = replace(facts("Search is gone [S-1]."), judge=judge.holds)
    found = verdict("ai:The document names a cause", about)
    (request,) = tools.provider.requests
    assert (request.task, request.instructions) == (JUDGE, "The document names a cause")
    assert "Search is gone" in request.documents["document"]
    return found, judge


def test_the_judge_decides_with_its_reason() -> None:
    yes, judge = judged('{"holds": true, "why": "Key Insights names it."}')
    no, _ = judged('{"holds": false, "why": "No cause is named."}')

    assert (yes.passed, no.passed, no.detail) == (True, False, "No cause is named.")
    assert len(judge.spending.calls) == 1


@pytest.mark.parametrize("answer", ["Yes!", "{}", '{"holds": "true", "why": "so"}', ""])
def test_a_judge_that_cannot_be_understood_has_not_said_yes(answer: str) -> None:
    found, _ = judged(answer)

    assert not found.passed
    assert found.detail.startswith("The judge's answer cannot be used.")


def test_a_judge_that_is_away_says_nothing_either_way() -> None:
    with pytest.raises(ProviderUnavailable):
        judged(ProviderUnavailable("away"))


@pytest.mark.parametrize(
    ("strictness", "expected"),
    [(Strictness.STRICT, [(False, False)]), (Strictness.LENIENT, [(False, True)]), ("off", [])],
)
def test_strictness_decides_whether_a_failure_refuses(
    strictness: Strictness, expected: list[tuple[bool, bool]]
) -> None:
    extensions = Extensions()
    builtin.register(extensions)
    spec = StepSpec(
        key="one",
        title="One",
        skill="generate_document",
        criteria=("content:/nowhere/",),
        strictness=strictness,
    )

    found = judging.verify(extensions, spec, facts("Search is gone [S-1]."))

    assert [(one.passed, one.optional) for one in found] == expected
