"""Requirements are read by their ids, however a PRD writes them."""

import pytest

from pmflow_core.documents.requirements import (
    dropped,
    mvp_ids,
    named_ids,
    requirement_ids,
    requirements,
)

PRD = """# Product requirements

## Requirements

- **R1 — Bring search back** [S-1][S-2]
  - Accepted when: search is there, unlike R9
- **R2: Keep search when the phone locks** [S-3]

R3. Tell people where it is. It is hidden now.

### R4: Undo

## MVP Scope

**R1** and R3 ship first.

## Out of Scope

R7 of another product.
"""


def test_requirements_have_ids_titles_and_a_release() -> None:
    found = requirements(PRD)

    assert [(one.id, one.title, one.in_mvp) for one in found] == [
        ("R1", "Bring search back", True),
        ("R2", "Keep search when the phone locks", False),
        ("R3", "Tell people where it is", True),
        ("R4", "Undo", False),
    ]


def test_where_the_mvp_names_none_it_holds_all() -> None:
    assert mvp_ids(PRD.replace("**R1** and R3 ship first.", "All of it.")) == requirement_ids(PRD)


@pytest.mark.parametrize(
    "line",
    [
        "R1: Search",
        "- R1: Search",
        "1. R1 — Search",
        "* **R1** Search",
        "| R1 | Search |",
        "`R1` Search",
        "#### R01 Search",
        "- [ ] **R1:** Search",
    ],
)
def test_each_way_of_writing_a_requirement_is_read(line: str) -> None:
    (found,) = requirements(f"# P\n\n## Requirements\n\n{line}\n")

    assert (found.id, found.title) == ("R1", "Search")


def test_a_range_names_all_between_and_words_are_no_ids() -> None:
    assert named_ids("R2–R4, also R10; not R2D2, SR5 or R0") == {"R2", "R3", "R4", "R10"}


def test_what_a_document_does_not_name_is_dropped() -> None:
    assert [one.id for one in dropped(PRD, {"R1", "R4"})] == ["R2", "R3"]
    assert [one.id for one in dropped(PRD, {"R1", "R4"}, mvp=True)] == ["R3"]


def test_a_text_without_the_section_has_no_requirements() -> None:
    assert requirements("# Notes\n\nR1: no section\n") == ()
