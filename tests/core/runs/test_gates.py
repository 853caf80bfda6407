"""Gates on votes, files, patterns, approvals and slow checks; pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from pmflow_core.runs.gates import BUILTIN_GATES
from pmflow_core.runs.kinds import DocumentFacts, GateFacts, Verdict, VoteFacts
from pmflow_core.runs.models import Vote

PRD = DocumentFacts("prd", "prd", "# PRD\n\nR1: search\n", 3, "new")
NOTHING = GateFacts({"prd": PRD}, {}, {}, title="Gate")


def verdict(name: str, facts: GateFacts = NOTHING, **params: object) -> Verdict:
    kind = next(kind for kind in BUILTIN_GATES if kind.name == name)
    return kind.evaluate(kind.params.model_validate(params), facts)


def jury(*votes: Vote, current: bool = True) -> GateFacts:
    cast = tuple(VoteFacts(f"P{n}", 1.0, vote, current) for n, vote in enumerate(votes))
    return replace(NOTHING, votes=cast)


A, C, R = Vote.APPROVE, Vote.CONDITIONAL, Vote.REJECT


@pytest.mark.parametrize(
    ("votes", "passes", "detail"),
    [
        ((A, A, C, R), True, "Score 0.62, needs 0.60, 4 votes"),
        ((A, C, C, C, C), True, "Score 0.60, needs 0.60, 5 votes"),
        ((A, A, R, R), False, "Score 0.50, needs 0.60, 4 votes"),
        ((A, A, A), False, "3 votes count, needs 4."),
        ((), False, "No jury has voted yet; run the stage."),
    ],
)
def test_a_jury_passes_by_its_score(votes: tuple[Vote, ...], passes: bool, detail: str) -> None:
    found = verdict("jury_score", jury(*votes))

    assert (found.passed, found.detail) == (passes, detail)


def test_votes_on_older_versions_do_not_count_and_it_is_said() -> None:
    found = verdict("jury_score", jury(A, A, A, A, current=False))

    assert not found.passed
    assert "4 of 4 were cast on older versions of the documents and do not count" in found.detail


def test_a_file_of_a_kind_exists_or_not() -> None:
    assert verdict("artifact_exists", kind="prototype").detail == "No prototype yet; run the stage."
    assert verdict(
        "artifact_exists", replace(NOTHING, artifacts=frozenset({"prototype"})), kind="prototype"
    ).passed


def test_a_document_matches_a_pattern_or_not() -> None:
    assert verdict("content_match", document="prd", pattern="/^R1:/m").passed
    assert not verdict("content_match", document="prd", pattern="/^R2:/m").passed
    assert verdict("content_match", document="research", pattern="/x/").detail == "No research yet."
    with pytest.raises(ValidationError, match="not a pattern"):
        verdict("content_match", document="prd", pattern="/(/")


def test_so_many_people_have_to_approve() -> None:
    one = replace(NOTHING, approvers=frozenset({"Product lead"}))

    assert verdict("human_approval", one).passed
    found = verdict("human_approval", one, approvers=2)
    assert not found.passed
    assert found.detail == "1 of 2 approvals of the newest versions: Product lead"


RESULT: Mapping[str, Any] = {
    "check": "legal",
    "params": {"strict": True},
    "hashes": {"prd": "new"},
    "passed": True,
    "detail": "Nothing to object to",
}


def custom(result: Mapping[str, Any] | None) -> Verdict:
    facts = replace(NOTHING, slow={"Gate": result} if result else {})
    return verdict("custom", facts, check="legal", params={"strict": True})


def test_a_check_counts_on_what_it_saw() -> None:
    assert custom(RESULT) == Verdict("custom", "", passed=True, detail="Nothing to object to")


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"hashes": {"prd": "old"}}, "prd changed after the check; run the stage again."),
        ({"hashes": {}}, "prd changed after the check; run the stage again."),
        (
            {"hashes": {"prd": "new", "gtm_brief": "x"}},
            "gtm brief changed after the check; run the stage again.",
        ),
        ({"params": {}}, "The recipe changed after the check; run the stage again."),
        ({"check": "other"}, "The recipe changed after the check; run the stage again."),
        ({"passed": "yes", "detail": "?"}, "?"),
    ],
)
def test_a_check_of_something_else_does_not_count(changed: dict[str, Any], detail: str) -> None:
    """Failure 19: Gates looked at documents loaded before the run."""
    found = custom({**RESULT, **changed})

    assert not found.passed
    assert found.detail == detail


def test_a_check_that_never_ran_has_not_passed() -> None:
    """Failure 7: A missing verdict counted as done."""
    assert custom(None).detail == "Not checked yet; run the stage."
