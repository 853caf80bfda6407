"""Criteria and gates on facts made by hand; pure."""

from uuid import uuid4

import pytest

from pmflow_core.documents.service import Citable
from pmflow_core.errors import Invalid
from pmflow_core.runs.criteria import BUILTIN_CRITERIA
from pmflow_core.runs.gates import BUILTIN_GATES
from pmflow_core.runs.kinds import (
    CriterionFacts,
    DocumentDraft,
    DocumentFacts,
    GateFacts,
    StepOutcome,
    Verdict,
)

SIGNALS = {
    1: Citable(uuid4(), 1, "The search bar disappeared after the update."),
    2: Citable(uuid4(), 2, "I cannot find search any more."),
}
GOOD = """# Research

## Key Insights

- Search vanished: “The search bar disappeared” [S-1].

## User Problems

- People cannot find search [S-2].

## Personas

- Nobody says who they are [assumption: product manager].

## Open Questions

- Which release?
"""


def criterion(text: str, content: str | None) -> Verdict:
    name, _, argument = text.partition(":")
    kind = next(kind for kind in BUILTIN_CRITERIA if kind.name == name)
    draft = None if content is None else DocumentDraft("research", content, "m")
    return kind.check(kind.parse(argument), CriterionFacts(StepOutcome("", draft), SIGNALS))


@pytest.mark.parametrize(
    "text",
    ["file:research", "sections:Key Insights,User Problems", "cites:2", "quotes:verbatim"],
)
def test_a_good_document_passes(text: str) -> None:
    assert criterion(text, GOOD).passed


@pytest.mark.parametrize(
    ("text", "content", "words"),
    [
        ("file:prd", GOOD, "No prd was written"),
        ("file:research", None, "No research was written"),
        ("sections:Key Insights,Budget", GOOD, "Missing: Budget"),
        ("sections:Key Insights", "## Key Insights\n\n## Next\n\ntext", "Empty: Key Insights"),
        ("cites:2", GOOD.replace(" [S-2]", ""), "Cites 1 distinct signals, needs 2"),
        (
            "cites:1",
            GOOD.replace(" [S-2]", ""),
            "first in User Problems: “People cannot find search.”",
        ),
        ("cites:2", GOOD.replace("S-2", "S-99"), "Cites 1 distinct signals, needs 2"),
        ("quotes:verbatim", GOOD.replace("search bar", "search box"), "not a verbatim span of S-1"),
        ("quotes:verbatim", GOOD.replace("S-2", "S-99"), "S-99 is not among the signals"),
    ],
)
def test_what_is_wrong_is_said(text: str, content: str | None, words: str) -> None:
    verdict = criterion(text, content)

    assert not verdict.passed
    assert words in verdict.detail


def test_one_changed_character_of_a_quotation_fails_and_names_the_sentence() -> None:
    quote = "The search bar disappeared"
    for position in range(len(quote)):
        changed = quote[:position] + "¤" + quote[position + 1 :]
        verdict = criterion("quotes:verbatim", GOOD.replace(quote, changed))
        assert not verdict.passed
        assert "Search vanished" in verdict.detail


@pytest.mark.parametrize("text", ["file:poem", "sections:", "cites:0", "cites:x", "quotes:loose"])
def test_an_argument_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        criterion(text, GOOD)


def gate(name: str, facts: GateFacts, **params: object) -> Verdict:
    kind = next(kind for kind in BUILTIN_GATES if kind.name == name)
    return kind.evaluate(kind.params.model_validate(params), facts)


def facts(content: str | None = GOOD, *, linked: int = 2) -> GateFacts:
    documents = {}
    if content is not None:
        documents["research"] = DocumentFacts("research", "research", content, 3, "sha")
    return GateFacts(documents, {"linked_signals": float(linked)}, SIGNALS)


def test_gates_pass_on_a_good_document() -> None:
    assert gate("document_exists", facts(), document="research").detail == "Version 3"
    assert gate("sections_exist", facts(), document="research", sections=["Personas"]).passed
    assert gate("evidence", facts(), document="research").detail == "2 of 2 claims cited"
    assert gate("metric_threshold", facts(), metric="linked_signals", at_least=1).passed


def test_gates_fail_without_the_document() -> None:
    none = facts(None)
    assert gate("document_exists", none, document="research").detail == "No research yet."
    assert not gate("sections_exist", none, document="research", sections=["Personas"]).passed
    assert not gate("evidence", none, document="research").passed


def test_the_evidence_gate_names_the_first_uncited_claim() -> None:
    verdict = gate("evidence", facts(GOOD.replace(" [S-2]", "")), document="research")

    assert not verdict.passed
    assert verdict.detail.startswith("1 of 2 claims cited, 50%, needs 95%.")
    assert "People cannot find search" in verdict.detail


def test_the_metric_gate_states_the_number_and_what_is_needed() -> None:
    verdict = gate("metric_threshold", facts(linked=0), metric="linked_signals", at_least=1)

    assert verdict.detail == "0 linked signals, needs 1"
    assert not verdict.passed
