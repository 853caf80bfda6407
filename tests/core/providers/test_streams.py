"""What a stream's pieces become."""

from pmflow_core.providers.streams import clean


def test_an_answer_is_kept_as_a_database_takes_it() -> None:
    assert clean("a\x00b \ud83d\ude00 \ud83d") == "a\ufffdb \U0001f600 \ufffd"
