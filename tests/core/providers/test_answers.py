import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from pmflow_core.providers.answers import (
    Judgement,
    JuryVote,
    PrototypePlan,
    TicketPlan,
    parse,
    schema_of,
)
from pmflow_core.providers.base import ProviderRejected

MODELS = (JuryVote, TicketPlan, PrototypePlan, Judgement)
TAKEN_EVERYWHERE = {
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "description",
    "enum",
    "items",
    "properties",
    "required",
    "type",
}
SCREEN = {
    "id": "a",
    "title": "A",
    "purpose": "To begin",
    "covers": ["R1"],
    "elements": [{"kind": "button", "label": "Go", "to": "b"}],
    "states": [],
}


def schemas(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for key, value in node.items():
        if key in ("properties", "$defs"):
            for one in value.values():
                yield from schemas(one)
        elif isinstance(value, dict):
            yield from schemas(value)
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, dict):
                    yield from schemas(one)


@pytest.mark.parametrize("model", MODELS)
def test_a_schema_has_only_keywords_that_every_vendor_takes(model: type[BaseModel]) -> None:
    for node in schemas(schema_of(model)):
        assert node.keys() <= TAKEN_EVERYWHERE
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])


def test_a_limit_that_strict_modes_refuse_is_said_in_the_description() -> None:
    assert "At most 5." in schema_of(JuryVote)["properties"]["reasons"]["description"]


def test_a_good_answer_is_read() -> None:
    found = parse(JuryVote, '{"vote": "conditional", "reasons": ["x"], "conditions": ["y"]}')
    assert (found.vote, found.reasons, found.conditions) == ("conditional", ["x"], ["y"])


@pytest.mark.parametrize(
    ("model", "text", "told"),
    [
        (JuryVote, "Sure! Here it is", "Invalid JSON"),
        (JuryVote, '{"vote": "maybe", "reasons": ["x"], "conditions": []}', "vote"),
        (JuryVote, '{"vote": "approve", "reasons": [], "conditions": []}', "reasons"),
        (JuryVote, '{"vote": "approve", "reasons": ["x"], "conditions": [], "a": 1}', "a: "),
        (Judgement, '{"holds": "yes", "why": "x"}', "holds"),
        (TicketPlan, '{"tickets": []}', "tickets"),
        (PrototypePlan, '{"title": "x"}', "screens"),
    ],
)
def test_anything_malformed_is_rejected_and_the_place_is_told(
    model: type[BaseModel], text: str, told: str
) -> None:
    with pytest.raises(ProviderRejected, match=told):
        parse(model, text)


def test_screens_that_lead_nowhere_or_share_an_id_are_rejected() -> None:
    lost = {"title": "P", "screens": [SCREEN, {**SCREEN, "id": "c"}]}
    with pytest.raises(ProviderRejected, match="which is no screen"):
        parse(PrototypePlan, json.dumps(lost))
    same = {"title": "P", "screens": [SCREEN, SCREEN]}
    with pytest.raises(ProviderRejected, match="two screens have the id a"):
        parse(PrototypePlan, json.dumps(same))
