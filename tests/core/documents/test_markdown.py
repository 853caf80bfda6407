import pytest

from pmflow_core.documents.markdown import (
    empty_sections,
    find_section,
    mask_code,
    missing_sections,
    sections,
)

DOCUMENT = """Title
=====

## 2. **Goals**:

One.

### Detail

Two.

```md
## Not a heading
```

## Empty

> ## Quoted
"""


def test_sections_hold_their_subsections_and_code_fences_hold_none() -> None:
    assert [section.title for section in sections(DOCUMENT)] == [
        "Title",
        "2. Goals:",
        "Detail",
        "Empty",
    ]


def test_a_section_is_found_whatever_its_case_numbering_and_emphasis() -> None:
    goals = find_section(DOCUMENT, "GOALS")
    assert goals is not None
    assert "Two." in goals.body
    assert DOCUMENT[goals.body_start : goals.end] == goals.body


def test_missing_and_empty_sections_are_named() -> None:
    assert missing_sections(DOCUMENT, ["Goals", "Not a heading", "Quoted"]) == (
        "Not a heading",
        "Quoted",
    )
    assert empty_sections("## A\n\n## B\n\ntext\n", ["A", "B"]) == ("A",)


@pytest.mark.parametrize("text", ["", "\r\n# A\r\n\r\nb", "a\x00b\n# C", "```\nopen"])
def test_odd_documents_keep_their_length_when_code_is_masked(text: str) -> None:
    assert len(mask_code(text)) == len(text)
    sections(text)
