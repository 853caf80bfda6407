"""What is sifted out of reviews before they are themed, and above all what is not."""

import pytest

from pmflow_core.themes.praise import is_praise_or_empty


@pytest.mark.parametrize(
    "text",
    [
        "Great app!!!",
        "I love it soooo much ❤",
        "Best app ever, thank you guys",
        "awesome",
        "It's simply perfect. Recommended to everyone",
        "Excellent music player",
        "5 stars",
        "ok",
        "👍👍👍",
        "...",
        "",
        "   ",
    ],
)
def test_praise_and_nothing_are_sifted_out(text: str) -> None:
    assert is_praise_or_empty(text)


@pytest.mark.parametrize(
    "text",
    [
        "Great app but it drains the battery",
        "Love it, crashes daily",
        "I would love a dark theme",
        "Please add folders, great app",
        "Good app. Can you support tablets?",
        "It isn’t good",
        "Not the best",
        "It was great until last week",
        "Love this app, wish it had widgets",
        "Nice, needs a search bar",
        "Was better before",
        "Great only for shuffle",
        "Good, could be faster",
        "Amazing if it worked",
        "How do I export a note",
        "The invoice lists every customer twice",
        "Error 404",
        "I use it with my team to plan sprints and share the notes of meetings, great",
        "Excelente aplicación",
        "очень хорошо",
        "DOESN'T OPEN. AWESOME.",
    ],
)
def test_a_hint_of_a_complaint_a_request_or_a_matter_keeps_a_text(text: str) -> None:
    assert not is_praise_or_empty(text)
