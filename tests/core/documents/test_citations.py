from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.documents.citations import (
    check_quotes,
    cited_numbers,
    find_citations,
    locate_quotes,
)

VERBATIM = "Hello. The search bar is gone 😀 since the update!"
DOCUMENT = "# T\n\n- One says “search bar is gone 😀 since” [S-7]. Others agree [S-8, S-9].\n"
KNOWN = {7: VERBATIM, 8: "", 9: ""}


def test_a_quotation_belongs_to_the_citation_directly_behind_it() -> None:
    first, second, third = find_citations(DOCUMENT)
    assert first.quote is not None
    assert first.quote.text == "search bar is gone 😀 since"
    assert DOCUMENT[first.quote.start : first.quote.end] == first.quote.text
    assert (second.number, second.quote, third.number, third.quote) == (8, None, 9, None)


def test_offsets_of_a_quotation_are_code_points_into_the_signal() -> None:
    (located,) = locate_quotes(DOCUMENT, KNOWN)
    assert VERBATIM[located.start : located.end] == "search bar is gone 😀 since"


def test_a_verbatim_quotation_has_no_fault() -> None:
    assert check_quotes(DOCUMENT, KNOWN) == ()


def test_straight_quotation_marks_do_not_escape_the_check() -> None:
    (fault,) = check_quotes('They say "I adore it" [S-7].', KNOWN)
    assert fault.number == 7


def test_an_unknown_signal_is_a_fault_that_names_the_sentence() -> None:
    (fault,) = check_quotes("All is well [S-8]. It is not [S-99].", KNOWN)
    assert (fault.sentence, fault.number) == ("It is not [S-99].", 99)


def test_citations_in_code_do_not_count_and_stray_backticks_hide_none() -> None:
    assert cited_numbers("`[S-1]`\n\n```\n[S-2]\n```\n\na ` b [S-3]\n\nc ` d") == {3}


@given(st.integers(0, 25), st.characters(min_codepoint=97, max_codepoint=122))
def test_one_changed_character_of_a_quotation_is_found_and_its_sentence_named(
    place: int, letter: str
) -> None:
    start = DOCUMENT.index("search")
    changed = DOCUMENT[: start + place] + letter + DOCUMENT[start + place + 1 :]
    faults = check_quotes(changed, KNOWN)
    if changed == DOCUMENT:
        assert faults == ()
    else:
        assert [fault.number for fault in faults] == [7]
        assert faults[0].sentence == changed[changed.index("One") : changed.index(" Others")]
