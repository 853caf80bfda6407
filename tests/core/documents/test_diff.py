from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.documents.diff import Change, diff


def test_a_changed_word_is_the_only_piece_that_differs() -> None:
    (line,) = diff("the old word", "the new word").lines
    assert [piece.text for piece in line.old if piece.differs] == ["old"]
    assert [piece.text for piece in line.new if piece.differs] == ["new"]


def test_added_and_removed_lines_are_counted() -> None:
    result = diff("a\nb\nc", "a\nc\nd")
    assert [line.change for line in result.lines] == [
        Change.SAME,
        Change.REMOVED,
        Change.SAME,
        Change.ADDED,
    ]
    assert (result.added, result.removed) == (1, 1)


def test_equal_versions_have_an_empty_diff() -> None:
    assert diff("a\nb", "a\nb").is_empty


@given(st.text(alphabet="ab \n", max_size=40), st.text(alphabet="ab \n", max_size=40))
def test_both_sides_can_be_read_back_from_the_rows(old: str, new: str) -> None:
    rows = diff(old, new).lines
    left = ["".join(piece.text for piece in row.old) for row in rows if row.old_number]
    right = ["".join(piece.text for piece in row.new) for row in rows if row.new_number]
    assert (left, right) == (old.splitlines(), new.splitlines())
