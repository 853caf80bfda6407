"""The form of a recipe is made from the models that check it, and reads back what is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.recipes.defaults import DEFAULT_RECIPES
from pmflow_core.recipes.faults import Fault
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.recipes.validation import examine
from pmflow_core.runs import builtin
from pmflow_core.runs.extensions import Extensions
from pmflow_ui.state.recipe_fields import (
    Field,
    Offer,
    Spec,
    empty_gate,
    empty_recipe,
    empty_step,
    gate_part,
    put,
    read_value,
    recipe_fields,
    step_part,
)
from pmflow_ui.state.recipe_rows import counts_of, placed

STAGES = tuple((spec.stage, spec.stage.title()) for spec in DEFAULT_RECIPES)


@pytest.fixture
def offer() -> Offer:
    """What the built-in features offer."""
    extensions = Extensions()
    builtin.register(extensions)
    return Offer(extensions.catalogue(), STAGES)


def fields_of(spec: Spec, offer: Offer) -> list[Field]:
    parts = [step_part(spec, at, offer) for at in range(len(spec["steps"]))]
    parts += [gate_part(spec, at, offer) for at in range(len(spec["gates"]))]
    inner = [one for part in parts for one in (*part.main, *part.more)]
    return [*recipe_fields(spec, offer), *inner]


@pytest.mark.parametrize("default", DEFAULT_RECIPES, ids=lambda spec: spec.stage)
def test_a_form_that_nobody_touches_reads_back_the_same_recipe(
    default: RecipeSpec, offer: Offer
) -> None:
    spec = default.model_dump(mode="json")

    again = spec
    for one in fields_of(spec, offer):
        again = put(again, one.place, read_value(one, one.value))

    found = RecipeSpec.model_validate(again)
    kept = [step.model_copy(update={"params": {}}) for step in found.steps]
    assert kept == [step.model_copy(update={"params": {}}) for step in default.steps]
    mine = [part.params for part in (*found.steps, *found.gates)]
    theirs = [part.params for part in (*default.steps, *default.gates)]
    assert [{**left, **right} for left, right in zip(mine, theirs, strict=True)] == mine
    assert examine(again, offer.catalogue, [stage for stage, _ in STAGES]) == ()


@pytest.mark.parametrize(
    ("place", "typed", "field"),
    [
        ("steps.0.criteria", "cites:2\nvibes:good", "steps.0.criteria"),
        ("steps.0.params.max_tokens", "many", "steps.0.params.max_tokens"),
        ("steps.0.retries", "9", "steps.0.retries"),
        ("steps.0.title", "", "steps.0.title"),
        ("gates.0.kind", "luck", "gates.0.kind"),
        ("provider", "oracle", "provider"),
        ("fallbacks", "local\noracle", "fallbacks"),
    ],
)
def test_each_fault_is_named_in_the_field_that_causes_it(
    place: str, typed: str, field: str, offer: Offer
) -> None:
    spec = DEFAULT_RECIPES[1].model_dump(mode="json")
    fields = fields_of(spec, offer)
    known = {one.place: one for one in fields}

    changed = put(spec, place, read_value(known[place], typed))
    found, others = placed(examine(changed, offer.catalogue), fields)

    assert list(found) == [field]
    assert others == []


def test_a_fault_in_a_list_names_its_line(offer: Offer) -> None:
    spec = DEFAULT_RECIPES[1].model_dump(mode="json")
    spec["steps"][0]["criteria"] = ["file:research", "vibes:good"]

    found, _ = placed(examine(spec, offer.catalogue), fields_of(spec, offer))

    assert found["steps.0.criteria"] == "Line 2: there is no criterion 'vibes'."


def test_one_value_of_a_wrong_shape_hides_no_other_fault(offer: Offer) -> None:
    spec = DEFAULT_RECIPES[1].model_dump(mode="json")
    spec["title"] = ""
    spec["steps"][0] |= {"title": "", "retries": "many", "criteria": ["vibes:good"]}

    found, _ = placed(examine(spec, offer.catalogue), fields_of(spec, offer))

    assert found == {
        "title": "This is needed.",
        "steps.0.title": "This is needed.",
        "steps.0.retries": "Write a whole number.",
        "steps.0.criteria": "Line 1: there is no criterion 'vibes'.",
    }


def test_what_belongs_to_no_field_is_named_all_the_same() -> None:
    found, others = placed([Fault("moon", "moon: no such thing.")], [])

    assert (found, others) == ({}, ["moon: no such thing."])


def test_new_parts_have_keys_of_their_own_and_say_what_they_lack(offer: Offer) -> None:
    spec = empty_recipe("discovery", "Discovery")
    spec = {**spec, "steps": [*spec["steps"], empty_step(spec, offer)], "gates": [empty_gate()]}
    parts = [step_part(spec, at, offer) for at in range(2)]

    found, others = placed(examine(spec, offer.catalogue), fields_of(spec, offer))

    assert [step["key"] for step in spec["steps"]] == ["step_1", "step_2"]
    assert set(found) == {
        "steps.0.params.template",
        "steps.1.params.template",
        "gates.0.params.document",
    }
    assert others == []
    assert counts_of(found, parts) == {"steps.0": "1 fault", "steps.1": "1 fault"}


@given(typed=st.text(max_size=30))
def test_whatever_is_typed_as_a_number_is_read_or_refused_never_lost(typed: str) -> None:
    found = read_value(Field("budget_usd", "Budget", "number"), typed)

    assert found is None or isinstance(found, int | float | str)
    assert (found is None) == (not typed.strip())
    assert found == found
