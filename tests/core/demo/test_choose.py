"""The choice of messages, and what is shipped of it."""

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files

from pmflow_core.demo.choose import TOPICS, WEEKS, choose
from pmflow_core.demo.messages import FILE, batches

LABEL = "contactless_not_working"
ROWS = [
    ("My contactless payment did not work on the bus this morning, why is that?", LABEL),
    ("My contactless payment did not work on the bus this morning, why was that?", LABEL),
    ("Contactless is broken", LABEL),
    ("The weather is nice today and I have nothing else to say about it.", LABEL),
    ("Since Monday no terminal in town takes my card when I pay contactless.", LABEL),
    ("Since Monday no terminal in town takes my card when I pay contactless.", "atm_support"),
]


def test_of_each_topic_fitting_messages_are_taken_and_none_twice() -> None:
    chosen = {str(row["text"]) for row in choose(ROWS)}
    assert len(chosen) == 2
    assert "Since Monday no terminal in town takes my card when I pay contactless." in chosen
    assert len(chosen & {text for text, _ in ROWS[:2]}) == 1


def test_the_same_messages_are_chosen_whatever_their_order() -> None:
    assert choose(ROWS) == choose(list(reversed(ROWS)))


def test_the_shipped_messages_are_without_labels_and_spread_over_eight_weeks() -> None:
    shipped = files("pmflow_core.demo").joinpath(FILE).read_text(encoding="utf-8")
    rows = [json.loads(line) for line in shipped.splitlines()]
    assert 350 <= len(rows) <= 450
    assert {key for row in rows for key in row} == {"ref", "text", "source", "days_ago", "segment"}
    assert len({row["ref"] for row in rows}) == len(rows)
    assert not any(topic.label.lower() in shipped.lower() for topic in TOPICS)
    assert {int(row["days_ago"] // 7) for row in rows} == set(range(WEEKS))


def test_the_shipped_messages_say_where_they_are_from() -> None:
    note = files("pmflow_core.demo").joinpath("ATTRIBUTION.md").read_text(encoding="utf-8")
    shipped = files("pmflow_core.demo").joinpath(FILE).read_text(encoding="utf-8")
    assert f"{len(shipped.splitlines())} of the 13,083 messages" in note
    assert f"from {len(TOPICS)} of the 77 intents" in note
    assert "Creative Commons Attribution 4.0" in note


def test_messages_arrive_before_now_and_oldest_week_first() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    weeks = [
        [(now - row.received_at) // timedelta(days=7) for row in batch.rows if row.received_at]
        for batch in batches(now)
    ]
    assert all(len(set(week)) == 1 for week in weeks)
    firsts = [week[0] for week in weeks]
    assert firsts == sorted(firsts, reverse=True)
    assert min(firsts) >= 0
