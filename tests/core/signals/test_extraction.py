import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.signals.extraction import INTERPRETATION_CHARS, extract


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("The app crashes when I open a report", "critical"),
        ("I cannot log in since Monday", "critical"),
        ("can’t sign in anymore", "critical"),
        ("It deleted all my notes", "critical"),
        ("We lost all of our data", "critical"),
        ("It is unusable on a train", "critical"),
        ("My card was stolen", "critical"),
        ("If only it didn't crash", "critical"),
        ("I wish it did not crash all the time", "critical"),
        ("It still has not fixed the crash", "critical"),
        ("It does not work and crashes", "critical"),
        ("Export doesn't work", "high"),
        ("The search button disappeared", "high"),
        ("Sharing is broken", "high"),
        ("I can't export my report", "high"),
        ("Sync stopped working", "high"),
        ("Loading is so slow", "medium"),
        ("The menu is confusing", "medium"),
        ("Please add a dark mode", "medium"),
        ("Still waiting for an answer", "medium"),
        ("I need an export to Excel", "medium"),
        ("A dark mode would be nice", "low"),
        ("Love it, best app ever", "low"),
        ("Can't live without it", "low"),
        ("It never crashes, great app", "low"),
        ("No problems at all, works well", "low"),
        ("The new version fixed the crash, thanks", "low"),
        ("How do I change my address?", "low"),
        ("Two invoices per month", None),
        ("", None),
        ("Ich finde den Knopf nicht", None),
    ],
)
def test_the_words_of_a_text_tell_how_bad_it_is(text: str, severity: str | None) -> None:
    assert extract(text).severity == severity


@pytest.mark.parametrize(
    ("text", "frequency"),
    [
        ("It crashes every time I save", "common"),
        ("It keeps freezing", "common"),
        ("Sometimes the sync fails", "occasional"),
        ("It fails every now and then", "occasional"),
        ("The export failed only once", "rare"),
        ("It is slow once you have many projects", None),
        ("I use it every day and love it", None),
        ("I use it every day. Love it. The export is broken.", None),
        ("The export is broken", None),
    ],
)
def test_frequency_is_that_of_the_trouble_and_of_nothing_else(
    text: str, frequency: str | None
) -> None:
    assert extract(text).frequency == frequency


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("I'm a premium user and it crashes", "Premium"),
        ("On the free plan there are too many limits", "Free"),
        ("We are enterprise customers", "Enterprise"),
        ("Crashes on Android", "Android"),
        ("As a paying customer on my iPhone I expect more", "Paid, iOS"),
        ("Works on Android but not on my iPad", None),
        ("Why should I upgrade to premium?", None),
        ("I do not have premium", None),
        ("It is a free app", None),
        ("Close the window", None),
    ],
)
def test_a_segment_is_only_what_the_sender_says_of_themselves(
    text: str, segment: str | None
) -> None:
    assert extract(text).segment == segment


@pytest.mark.parametrize(
    ("text", "interpretation"),
    [
        ("The export is broken.", None),
        ("", None),
        (
            "I like the app. The export does not work since May. Thanks!",
            "Reports: “The export does not work since May.”",
        ),
        ("I like the app. Please add a dark mode.", "Asks: “Please add a dark mode.”"),
        ("We have two offices. They are in one city.", "Says: “We have two offices.”"),
        ("I moved house. How do I change my address?", "Asks: “How do I change my address?”"),
        ("We paid £9.99 twice. It fails.", "Reports: “It fails.”"),
    ],
)
def test_the_point_is_quoted_and_not_reworded(text: str, interpretation: str | None) -> None:
    assert extract(text).interpretation == interpretation


def test_a_long_sentence_is_cut_around_its_point_and_shows_the_cuts() -> None:
    text = "we opened the board and then the list " * 12 + ", but the export crashes " + "x y " * 90

    interpretation = extract(text).interpretation

    assert interpretation is not None
    assert interpretation.startswith("Reports: “…")
    assert interpretation.endswith("…”")
    assert "the export crashes" in interpretation


SENTENCES = st.lists(
    st.sampled_from(
        ["It crashes.", "I can't pay!", "Great app", "why not?", "  ", "\n", "£9.99 ", "and then "]
    )
    | st.text(max_size=30),
    max_size=40,
)


@given(SENTENCES)
def test_an_interpretation_is_always_a_span_of_the_text(parts: list[str]) -> None:
    text = " ".join(parts)

    interpretation = extract(text).interpretation

    if interpretation is not None:
        quoted = interpretation.partition("“")[2].removesuffix("”")
        assert quoted.removeprefix("…").removesuffix("…") in " ".join(text.split())
        assert len(quoted) <= INTERPRETATION_CHARS + 2


def test_a_text_of_the_greatest_size_is_read_at_once() -> None:
    assert extract("not a word of it ' can't " * 40_000).severity == "medium"
