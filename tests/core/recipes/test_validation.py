"""A recipe that could not run is refused when it is saved, with every fault named."""

import pytest

from pmflow_core.recipes.defaults import DEFAULT_RECIPES
from pmflow_core.recipes.spec import GateSpec, Level, RecipeSpec, StepSpec
from pmflow_core.recipes.validation import Catalogue, InvalidRecipe, parse, validate
from pmflow_core.runs import builtin
from pmflow_core.runs.extensions import Extensions


@pytest.fixture
def catalogue() -> Catalogue:
    """What the built-in features offer."""
    extensions = Extensions()
    builtin.register(extensions)
    return extensions.catalogue()


def step(**changes: object) -> StepSpec:
    values = {
        "key": "research",
        "title": "Research",
        "skill": "generate_document",
        "params": {"template": "research"},
        **changes,
    }
    return StepSpec.model_validate(values)


def recipe(**changes: object) -> RecipeSpec:
    values = {"stage": "discovery", "title": "Synthesise", "steps": (step(),), **changes}
    return RecipeSpec.model_validate(values)


@pytest.mark.parametrize("default", DEFAULT_RECIPES, ids=lambda spec: spec.stage)
def test_the_default_recipes_are_valid(default: RecipeSpec, catalogue: Catalogue) -> None:
    validate(default, catalogue)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"steps": (step(skill="dance"),)}, "there is no skill 'dance'"),
        ({"steps": (step(params={"template": "poem"}),)}, "no document template 'poem'"),
        ({"steps": (step(criteria=("vibes:good",)),)}, "there is no criterion 'vibes'"),
        ({"steps": (step(criteria=("cites:few",)),)}, "needs a number of signals"),
        ({"steps": (step(criteria=("ai:It is good",)),)}, "a judge must not be its only check"),
        ({"steps": (step(criteria=("content:/(/",)),)}, "is not a pattern"),
        ({"steps": (step(), step())}, "Two steps have the key 'research'"),
        ({"gates": (GateSpec(kind="luck", title="Luck"),)}, "there is no gate 'luck'"),
        ({"gates": (GateSpec(kind="evidence", title="Evidence"),)}, "document: Field required"),
        ({"level": Level.AUTO_TO_STAGE}, "needs the stage at which it stops"),
        ({"provider": "oracle"}, "There is no provider 'oracle'"),
    ],
)
def test_each_fault_is_named(changed: dict[str, object], words: str, catalogue: Catalogue) -> None:
    with pytest.raises(InvalidRecipe, match=words):
        validate(recipe(**changed), catalogue)


@pytest.mark.parametrize(
    "criteria", [["cites:1"] * 31, ["content:/" + "a" * 500 + "/"]], ids=["many", "long"]
)
def test_a_step_has_so_many_criteria_of_such_a_length(criteria: list[str]) -> None:
    steps = [{"key": "a", "title": "A", "skill": "jury", "criteria": criteria}]

    with pytest.raises(InvalidRecipe, match=r"steps\.0\.criteria"):
        parse({"stage": "discovery", "title": "Synthesise", "steps": steps})


def test_all_faults_are_named_at_once(catalogue: Catalogue) -> None:
    wrong = recipe(steps=(step(skill="dance"),), gates=(GateSpec(kind="luck", title="Luck"),))

    with pytest.raises(InvalidRecipe) as refused:
        validate(wrong, catalogue)

    assert str(refused.value).count("\n- ") == 2
