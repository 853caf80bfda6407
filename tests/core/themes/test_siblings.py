"""Themes that are one by their words."""

import numpy as np

from pmflow_core.themes.siblings import join_siblings

BAR = ["the search bar is gone", "search bar missing", "where is search", "search disappeared"]
FEATURE = ["I cannot search songs", "search is missing", "bring search back", "search feature gone"]
LOGIN = ["cannot log in", "log in fails", "log in is broken", "log in again"]
NOISE = ["apples", "a boat", "tall trees", "seven swans"]
TEXTS = [*BAR, *FEATURE, *LOGIN, *NOISE]
LABELS = np.repeat([0, 1, 2, -1], 4)


def test_themes_about_one_thing_in_the_same_words_are_joined() -> None:
    assert join_siblings(TEXTS, LABELS).tolist() == [0] * 8 + [1] * 4 + [-1] * 4


def test_themes_with_words_of_their_own_stay_apart() -> None:
    limit = ["raise my card limit", "card limit too low", "what is my card limit", "limit of card"]
    fee = ["card fee charged", "why a card fee", "what is the card fee", "fee of the card"]

    labels = join_siblings([*limit, *fee, *NOISE], np.repeat([0, 1, -1], 4))

    assert labels.tolist() == [0] * 4 + [1] * 4 + [-1] * 4


def test_a_word_that_most_texts_have_joins_nothing() -> None:
    others = ["search engine poetry"] * 20

    labels = join_siblings([*TEXTS, *others], np.append(LABELS, np.full(20, -1)))

    assert labels[0] != labels[4]


def test_without_themes_nothing_is_joined() -> None:
    assert join_siblings(TEXTS, np.full(16, -1)).tolist() == [-1] * 16
    assert join_siblings([], np.zeros(0, dtype=np.int64)).tolist() == []
