"""Names of themes, as a product manager reads them."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.themes.labels import name_themes
from pmflow_core.themes.phrases import phrases, stem

NUMBERED = re.compile(r" \(\d+\)$")

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


def test_texts_that_share_no_phrase_are_named_by_their_fullest_short_clause() -> None:
    texts = [
        "Alpha centauri rising over the small quiet harbour of the old northern town",
        "Beta, and then a lighthouse by night",
        "Gamma",
    ]

    label = name_themes(texts, np.zeros(3, dtype=np.int64))[0].label

    assert label == "And then a lighthouse by night"


def test_without_a_short_clause_a_theme_is_named_by_the_beginning_of_its_first_text() -> None:
    text = "Alphabetical centauri rising over the small quiet harbour of the old northern town"

    label = name_themes([text], np.zeros(1, dtype=np.int64))[0].label

    assert text.startswith(label.removesuffix("…"))
    assert len(label) <= 61


@pytest.mark.parametrize("weak", ["find", "app", "good", "stupid", "Time"])
def test_a_word_that_says_nothing_gives_way_to_a_phrase(weak: str) -> None:
    texts = [f"{weak}, playlist order", f"playlist order; {weak}", weak, f"so {weak}", weak]

    assert name_themes(texts, np.zeros(5, dtype=np.int64))[0].label == "Playlist order"


def test_an_opinion_of_the_product_is_no_name() -> None:
    texts = ["stupid app, won't download"] * 3 + ["stupid app"] * 3

    assert name_themes(texts, np.zeros(6, dtype=np.int64))[0].label == "Won't download"


def test_want_and_need_lead_no_name_but_a_refusal_does() -> None:
    asking = ["I need to activate my card", "need to activate my card please"] * 2
    refused = ["can't open the vault", "I can't open the vault"] * 2

    names = name_themes([*asking, *refused], np.repeat([0, 1], 4))

    assert [name.label for name in names.values()] == ["Activate my card", "Can't open the vault"]


def test_a_name_holds_no_beginning_of_another_clause() -> None:
    texts = ["fees if I want a gold card", "fees if I want gold", "fees if you want gold cards"]

    label = name_themes(texts, np.zeros(3, dtype=np.int64))[0].label

    assert " if " not in label


def test_a_question_that_somebody_asks_is_a_name() -> None:
    texts = ["I must know when you were born"] * 3

    assert name_themes(texts, np.zeros(3, dtype=np.int64))[0].label == "Know when you were born"


def test_a_single_word_of_less_than_half_has_the_next_phrase_beside_it() -> None:
    texts = ["sync", "sync", "sync", "a slow upload", "slow upload", "zeta", "eta", "theta"]

    label = name_themes([*texts, *["upload a file"] * 9], np.repeat([0, 1], [8, 9]))[0].label

    assert set(label.casefold().split(", ")) == {"sync", "slow upload"} or label == "Slow upload"


def test_a_theme_that_says_what_another_says_is_told_from_it() -> None:
    first = ["search bar broken"] * 5
    second = ["search bar gone on tablets", "search bar", "tablets", "search bar on my tablets"]

    names = name_themes([*first, *second], np.repeat([0, 1], [5, 4]))

    assert names[0].label == "Search bar broken"
    assert "tablets" in names[1].label.casefold()


def test_a_new_name_is_told_from_the_names_that_themes_keep() -> None:
    texts = ["sync fails", "sync fails at night", "sync fails", "sync fails at night"]

    names = name_themes(texts, np.array([0, 1, 0, 1]), {0: "Sync fails"})

    assert names[0].label == "Sync fails"
    assert names[1].label.casefold() != "sync fails"


def test_a_slip_of_the_hand_counts_as_the_word_it_is_of() -> None:
    usual = ["the app shows ads"] * 30
    slipped = ["aap shows a black screen", "my aap has a black screen", "aap black screen"]

    names = name_themes([*usual, *slipped], np.repeat([0, 1], [30, 3]))

    assert "aap" not in names[1].label.casefold()
    assert "black screen" in names[1].label.casefold()


def test_a_name_begins_as_the_texts_write_its_first_word() -> None:
    texts = ["my iPhone overheats", "The iPhone overheats", "iPhone overheats again"]

    assert name_themes(texts, np.zeros(3, dtype=np.int64))[0].label == "iPhone overheats"


VOCABULARY = re.findall(
    r"\S+", "app Search bar, slow. can't open my SD card NOT great find aap - top up when I"
)
SAID = st.lists(
    st.lists(
        st.sampled_from(VOCABULARY),
        max_size=9,
    ).map(" ".join),
    min_size=3,
    max_size=24,
)


@given(SAID, st.integers(1, 4))
def test_every_part_of_a_name_is_written_in_a_text_of_its_theme(
    texts: list[str], themes: int
) -> None:
    labels = np.arange(len(texts)) % themes
    names = name_themes(texts, labels)

    assert len({name.label.casefold() for name in names.values()}) == len(names)
    for theme, name in names.items():
        own = [" ".join(texts[row].casefold().split()) for row in np.flatnonzero(labels == theme)]
        for part in _parts(name.label, own):
            assert any(part in text for text in own), (name, own)
        assert all(any(key.casefold() in text for text in own) for key in name.keywords)


def _parts(label: str, own: list[str]) -> list[str]:
    """Return what a label is made of: one wording, or two; a number only tells equals apart."""
    plain = NUMBERED.sub("", label.casefold()).removesuffix("…")
    if plain == "unnamed" or any(plain in text for text in own):
        return []
    return plain.split(", ", 1)


@given(SAID, st.integers(1, 4))
def test_names_are_the_same_for_the_same_texts(texts: list[str], themes: int) -> None:
    labels = np.arange(len(texts)) % themes

    assert name_themes(texts, labels) == name_themes(texts, labels)


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
