"""The parts of a search that need no database: fusion, probes, marks and excerpts."""

from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.search.fusion import fuse
from pmflow_core.search.spans import SHOWN, candidates, excerpt, marks
from pmflow_core.search.words import Word, corrected, is_strict, keys, probes

RANKINGS = st.lists(st.lists(st.integers(0, 30), unique=True), max_size=4)


@given(RANKINGS)
def test_fusing_loses_nothing_and_repeats_nothing(rankings: list[list[int]]) -> None:
    found = fuse(*rankings)

    assert len(found) == len(set(found))
    assert set(found) == {each for ranking in rankings for each in ranking}


@given(st.lists(st.integers(0, 30), unique=True))
def test_what_all_rankings_agree_on_stays(ranking: list[int]) -> None:
    assert fuse(ranking, ranking) == ranking


@given(RANKINGS, st.integers(100, 100))
def test_what_every_ranking_puts_first_is_first(rankings: list[list[int]], best: int) -> None:
    assert fuse([best], *([best, *ranking] for ranking in rankings))[0] == best


def test_what_two_rankings_hold_beats_what_one_does() -> None:
    assert fuse([1, 2, 3], [4, 2, 5])[0] == 2


def test_rare_words_are_looked_up_alone_and_usual_ones_beside_them() -> None:
    words = [Word("card", 0.3), Word("frozen"), Word("app", 0.2)]
    found = probes(words, 100_000)

    assert found.queries == ["'frozen'", "'card' & ('frozen')", "'app' & ('frozen')"]
    assert found.holding == ["2", "1,2", "3,2"]
    assert found.shares == [0.3, None, 0.2]


def test_of_usual_words_the_rarest_leads() -> None:
    found = probes([Word("card", 0.3), Word("app", 0.2)], 100_000)

    assert found.queries == ["'app'", "'card' & ('app')"]


def test_in_a_small_workspace_every_word_is_looked_up_alone() -> None:
    found = probes([Word("card", 0.3), Word("app", 0.2), Word("zzz", used=False)], 900)

    assert (found.queries, found.holding) == (["'card'", "'app'"], ["1", "2"])


@given(st.text(max_size=20))
def test_whatever_is_in_a_word_is_quoted(text: str) -> None:
    query = Word(text).query
    assert query[0] == query[-1] == "'"
    assert "'" not in query[1:-1].replace("\\\\", "").replace("''", "")


def test_keys_are_read_wherever_they_stand() -> None:
    assert keys("s-12 and (MUS-3), not x-y-4 or 5-6") == ["S-12", "MUS-3"]


def test_quotes_and_minus_signs_are_operators_and_hyphens_are_not() -> None:
    assert is_strict('"dark mode"')
    assert is_strict("export -csv")
    assert not is_strict("re-embed S-12 - now")


def test_a_typing_error_is_mended_only_from_words_that_are_known() -> None:
    unused = [Word("notifxc", used=False)]

    assert corrected("my notifxcations", unused, ["Notifications off"]) == ["notifications"]
    assert corrected("my notifxcations", unused, ["Dark theme"]) == []


@given(st.text(max_size=1_000), st.sets(st.sampled_from(["a", "the", "0", "é"])))
def test_marks_lie_in_order_inside_what_is_shown(text: str, words: set[str]) -> None:
    found = excerpt(text, marks(text, words))

    assert text[found.start : found.start + len(found.text)] == found.text
    assert len(found.text) <= SHOWN
    ends = [edge for mark in found.marks for edge in (mark.start, mark.end)]
    assert ends == sorted(ends)
    assert all(found.text[mark.start : mark.end].lower() in words for mark in found.marks)


def test_the_part_that_is_shown_is_the_one_with_most_marks() -> None:
    text = "export " + "x " * 300 + "then the export of exports failed" + " y" * 300

    assert "of exports failed" in excerpt(text, marks(text, {"export", "exports"})).text


def test_only_words_that_begin_alike_are_asked_about() -> None:
    assert candidates(["Running runs ran, rye"], ["run"]) == {"running", "runs"}
