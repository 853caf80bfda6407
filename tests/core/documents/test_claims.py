from pmflow_core.documents.claims import claims
from pmflow_core.documents.coverage import coverage
from pmflow_core.documents.sentences import sentence_spans

DOCUMENT = """# PRD

> Composed from 3 signals.

## 1. Problem Statement

Search disappears, e.g. after Update 2.5 on tablets [S-1][S-2]. “It broke. I hate it.” [S-3]
People leave. Ends after the stop. [S-9]

**Label only**

- **R1. Keep search.** Users lost it [S-1]. 80% churn.
- Requests:
  - one thing [S-2, S-4]
  - another thing
    continued
- Should we do it?
- We think so [assumption: product manager]

| Problem | Count |
|---|---|
| Search | 4 [S-1] |
| Crash | 3 |

```
## Open Questions
claim in code [S-77]
```

## Open Questions

- nothing is known
"""


def texts(markdown: str) -> list[str]:
    return [claim.text for claim in claims(markdown, ["problem statement"])]


def test_claims_are_sentences_items_and_rows_of_evidence_bearing_sections() -> None:
    assert texts(DOCUMENT) == [
        "Search disappears, e.g. after Update 2.5 on tablets [S-1][S-2].",
        "“It broke. I hate it.” [S-3]",
        "People leave.",
        "Ends after the stop. [S-9]",
        "**R1. Keep search.** Users lost it [S-1].",
        "80% churn.",
        "one thing [S-2, S-4]",
        "another thing continued",
        "We think so [assumption: product manager]",
        "Search | 4 [S-1]",
        "Crash | 3",
    ]


def test_a_claim_knows_its_citations_and_where_it_stands() -> None:
    claim = claims(DOCUMENT, ["Problem Statement"])[6]
    assert claim.citations == (2, 4)
    assert DOCUMENT[claim.start : claim.end] == "one thing [S-2, S-4]"


def test_carriage_returns_do_not_move_offsets() -> None:
    document = DOCUMENT.replace("\n", "\r\n")
    for claim in claims(document, ["Problem Statement"]):
        assert " ".join(document[claim.start : claim.end].split()).startswith(claim.text[:12])


def test_an_assumption_with_an_owner_is_exempt_and_one_without_is_not() -> None:
    marked = "## A\n\nWe hope so [assumption: design lead].\n\nWe hope too [assumption: ].\n"
    assert [claim.exempt for claim in claims(marked, ["A"])] == [True, False]


def test_coverage_names_what_is_uncited_and_unknown_numbers_are_no_citation() -> None:
    measured = coverage(DOCUMENT, ["Problem Statement"], {1, 2, 3, 4})
    assert (measured.total, measured.cited, measured.exempt) == (10, 5, 1)
    assert [claim.text for claim in measured.uncited] == [
        "People leave.",
        "Ends after the stop. [S-9]",
        "80% churn.",
        "another thing continued",
        "Crash | 3",
    ]
    assert measured.per_section == {"Problem Statement": (5, 10)}


def test_a_document_that_claims_nothing_has_no_coverage() -> None:
    assert coverage("## A\n\n> nothing\n", ["A"], {1}).ratio == 0.0
    assert coverage("## A\n\nSo be it [assumption: me].\n", ["A"], {1}).ratio == 1.0


def test_sentences_end_neither_at_abbreviations_nor_inside_numbers_or_quotations() -> None:
    text = "It grew by 2.5 vs. 3.1 per Dr. Who… and more. “No! Why?” she said. 变慢了。再见"
    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "It grew by 2.5 vs. 3.1 per Dr. Who… and more.",
        "“No! Why?” she said.",
        "变慢了。",
        "再见",
    ]
