"""Names of themes, as a product manager reads them."""

import numpy as np
import pytest

from pmflow_core.themes.labels import name_themes
from pmflow_core.themes.phrases import phrases, stem

SEARCH = [
    "The search bar disappeared after the update",
    "My search bar disappeared, where is it?",
    "search bar disappeared on my phone",
    "Since today the search bar disappeared",
]
EXPORT = [
    "I can't export to PDF",
    "Export to PDF fails with an error",
    "export to PDF is broken on my phone",
    "How do I export to PDF?",
]
TEXTS = [*SEARCH, *EXPORT, "Great app"]
LABELS = np.array([0] * 4 + [1] * 4 + [-1])


def test_a_theme_is_named_by_what_its_texts_share_and_others_lack() -> None:
    names = name_themes(TEXTS, LABELS)

    assert names[0].label == "Search bar disappeared"
    assert names[1].label == "Export to PDF"
    assert names.keys() == {0, 1}


def test_a_name_is_written_as_people_write_it() -> None:
    texts = [
        "charged twice by the iPhone app",
        "Charging me twice",
        "It charged twice",
        "charged twice",
    ]

    assert name_themes(texts, np.zeros(4, dtype=np.int64))[0].label == "Charged twice"


def test_the_words_of_a_complaint_stay_in_its_name() -> None:
    texts = [
        "I can't log in",
        "Why can't log in with my mail",
        "Still can't log in",
        "I CAN'T LOG IN",
    ]

    assert name_themes(texts, np.zeros(4, dtype=np.int64))[0].label == "Can't log in"


def test_shouting_is_not_repeated() -> None:
    names = name_themes(["SEARCH IS SLOW"] * 3, np.zeros(3, dtype=np.int64))

    assert names[0].label == "Search is slow"


def test_keywords_share_no_word() -> None:
    for name in name_themes(TEXTS, LABELS).values():
        stems = [{phrase.stems for phrase in phrases(keyword)} for keyword in name.keywords]
        assert len(name.keywords) <= 3
        assert sum(len(one) for one in stems) == len(set().union(*stems))


def test_no_two_themes_have_one_name() -> None:
    texts = ["sync fails"] * 3 + ["sync fails offline"] * 3 + ["sync fails"] * 3
    names = name_themes(texts, np.repeat([0, 1, 2], 3))

    assert len({name.label.casefold() for name in names.values()}) == 3


@pytest.mark.parametrize("text", ["", "  ", "?!", "the of and", "💥 " * 80])
def test_a_theme_of_texts_without_words_has_a_name_all_the_same(text: str) -> None:
    name = name_themes([text] * 3, np.zeros(3, dtype=np.int64))[0]

    assert 0 < len(name.label) <= 61
    assert name.keywords == ()


def test_texts_that_share_no_phrase_are_named_by_the_first() -> None:
    texts = [
        "Alpha centauri rising over the small quiet harbour of the old northern town",
        "Beta",
        "Gamma",
    ]

    label = name_themes(texts, np.zeros(3, dtype=np.int64))[0].label

    assert texts[0].startswith(label.removesuffix("…"))
    assert len(label) <= 61


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cards", "Card"),
        ("charged", "charging"),
        ("stopped", "stop"),
        ("cancelled", "cancelling"),
        ("fees", "fee"),
        ("cases", "case"),
        ("can’t", "can't"),
    ],
)
def test_forms_of_a_word_count_as_one(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["pass", "is", "ios", "news"])
def test_short_words_and_double_s_are_left_alone(word: str) -> None:
    assert stem(word) in {word, word.removesuffix("s")}


def test_a_word_that_half_says_it_grows_to_the_phrase_around_it() -> None:
    texts = ["search bar gone", "search bar missing", "search gone", "where is search", "search"]

    assert name_themes(texts, np.zeros(5, dtype=np.int64))[0].label == "Search bar"


def test_a_word_that_says_nothing_alone_is_no_name() -> None:
    texts = ["I wish for a widget", "wish there was a widget", "a wish", "my wish", "wish wish"]

    assert name_themes(texts, np.zeros(5, dtype=np.int64))[0].label == "Wish for a widget"


def test_a_phrase_of_few_is_no_name_of_many() -> None:
    crashes = [f"crashes on page {word}" for word in "abcdefghij"] * 6
    odd = ["crashes, purple elephant parade"] * 2

    names = name_themes([*crashes, *odd], np.zeros(62, dtype=np.int64))

    assert names[0].label == "Crashes on page"


def test_a_single_word_of_few_is_no_name_where_a_phrase_can_be() -> None:
    world = ["the whole world", "around the world", "world"]
    others = "alpha beta gamma delta zeta theta iota kappa lambda sigma tau omega"
    listening = ["listen to music"] * 4 + others.split()
    elsewhere = ["listen to music at night"] * 10 + ["night owls"] * 71

    names = name_themes([*world, *listening, *elsewhere], np.repeat([0, 1], [19, 81]))

    assert names[0].label == "Listen to music"
    assert "world" in names[0].keywords


def test_no_name_ends_with_a_word_that_speaks_of_the_next() -> None:
    texts = ["kindle fire with no camera", "kindle fire has no sound", "kindle fire: no, thanks"]

    assert name_themes(texts, np.zeros(3, dtype=np.int64))[0].label == "Kindle fire"


def test_words_that_all_themes_have_are_no_name_together_either() -> None:
    texts = [*["jazz, music app"] * 2, *["music app"] * 10, *["slow, music app"] * 20]

    names = name_themes(texts, np.array([0] * 12 + [1] * 20))

    assert names[0].label == "Jazz"
