"""Answers from recordings: the same bytes, no money, and a miss that says what differs."""

from dataclasses import replace

import pytest

from pmflow_core.calls.replay import NotRecorded, differences
from pmflow_core.calls.request_key import told
from pmflow_core.providers.base import ToolCall, ToolSpec
from pmflow_core.runs.models import StageRun
from tests.core.calls.callers import ANSWER, REQUEST, MakeGateway, ask, calls, money, scripted

PRD = "# PRD\n\n## Goals\n\nFewer late cards.\n"


def test_a_recorded_answer_is_replayed_byte_for_byte_at_no_cost(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    text = "# Grüße\n\n“ça va”  \n🚀\n"
    ask(make_gateway(scripted(replace(ANSWER, text=text))))
    silent = scripted()
    heard: list[str] = []

    again = make_gateway(silent, replay=True).generate(REQUEST, heard.append)

    assert (again.text, again.model, again.usage.cost_usd) == (text, "scripted-1", 0)
    assert heard == [text]
    assert silent.requests == []
    assert len(calls(run)) == 1
    assert money(run)["run"] == (0.04, 0.0)


def test_recorded_calls_of_tools_are_part_of_the_answer(make_gateway: MakeGateway) -> None:
    tool = ToolSpec("find", "Finds.", {"type": "object"})
    asked = replace(REQUEST, tools=(tool,))
    call = ToolCall("c1", "find", {"query": "cards"})
    ask(
        make_gateway(scripted(replace(ANSWER, stop_reason="tool_calls", tool_calls=(call,)))), asked
    )

    again = ask(make_gateway(scripted(), replay=True), asked)

    assert (again.stop_reason, again.tool_calls) == ("tool_calls", (call,))


def test_a_miss_names_the_nearest_recording_and_what_differs(
    run: StageRun, make_gateway: MakeGateway
) -> None:
    prd = replace(REQUEST, documents={"prd": PRD})
    ask(make_gateway(scripted(ANSWER)), prd)
    ask(make_gateway(scripted(ANSWER)), replace(REQUEST, title="Quite another", max_tokens=9))
    nearest = calls(run)[0]
    changed = replace(prd, documents={"prd": PRD.replace("Fewer", "No")}, total_signals=7)

    with pytest.raises(NotRecorded) as caught:
        ask(make_gateway(scripted(ANSWER), replay=True), changed)

    said = str(caught.value)
    assert f"The nearest is call {nearest.id}" in said
    assert "documents.prd was “Fewer late cards.”, is “No late cards.”" in said
    assert "total_signals was “0”, is “7”" in said
    assert "title" not in said
    assert len(calls(run)) == 2


def test_a_miss_without_any_recording_says_so(make_gateway: MakeGateway) -> None:
    with pytest.raises(NotRecorded, match="Nothing is recorded for research"):
        ask(make_gateway(scripted(ANSWER), replay=True))


def test_the_part_of_a_long_line_that_differs_is_shown() -> None:
    before = told("local", replace(REQUEST, instructions="x" * 500 + "old" + "y" * 500))
    after = told("local", replace(REQUEST, instructions="x" * 500 + "new" + "y" * 500))
    (said,) = differences(before, after)
    assert said.startswith("instructions was “…xxx")
    assert "xxxoldyyy" in said
    assert "xxxnewyyy" in said
    assert len(said) < 300


def test_every_thing_a_provider_is_told_is_part_of_the_key() -> None:
    plain = told("local", REQUEST)
    changes = {
        "schema": {"type": "object"},
        "tools": (ToolSpec("find", "Finds.", {}),),
        "knowledge": ("x",),
        "documents": {"prd": "x"},
        "instructions": "x",
        "max_tokens": 1,
        "title": "x",
        "evidence": (),
        "project_name": "x",
        "total_signals": 1,
    }
    for name, value in changes.items():
        assert told("local", replace(REQUEST, **{name: value})) != plain, name
    assert told("anthropic", REQUEST) != plain
