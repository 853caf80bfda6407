"""Refusing a recipe that could not run, with every fault named at once."""

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from pmflow_core.errors import Invalid, PmflowError
from pmflow_core.recipes.clashes import section_faults
from pmflow_core.recipes.faults import Fault, parameter_faults, refused, shape_faults
from pmflow_core.recipes.spec import Level, RecipeSpec, StepSpec

AI_CRITERION = "ai"
_PARTS = (("steps",), ("gates",))
_STAND_INS = {"title": "?", "key": "unnamed", "stage": "unnamed"}
CUSTOM_GATE = "custom"


class InvalidRecipe(Invalid):
    """The recipe could not run; the text lists every fault."""

    code = "invalid_recipe"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What recipes may name."""

    steps: Mapping[str, type[BaseModel]]
    gates: Mapping[str, type[BaseModel]]
    criteria: Mapping[str, Callable[[str], object]]
    providers: frozenset[str]
    tools: frozenset[str] = frozenset()
    checks: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    git_available: bool = field(default_factory=lambda: shutil.which("git") is not None)


def parse(given: Mapping[str, object]) -> RecipeSpec:
    """Return data from outside as a recipe; raises InvalidRecipe naming every wrong field."""
    try:
        return RecipeSpec.model_validate(given)
    except ValidationError as error:
        raise refusal([fault.text for fault in shape_faults(error)]) from error


def examine(
    given: Mapping[str, object], catalogue: Catalogue, stages: Collection[str] | None = None
) -> tuple[Fault, ...]:
    """Return everything that is wrong with data that wants to be a recipe, each with its place.

    Where a value has not even the right shape, the rest is looked at all the same.
    """
    try:
        spec = RecipeSpec.model_validate(given)
    except ValidationError as error:
        shape = tuple(shape_faults(error))
        rest = _rest(given, error)
        more = () if rest is None else tuple(find_faults(rest, catalogue, stages))
        wrong = tuple(fault.place for fault in shape)
        return (*shape, *(fault for fault in more if not fault.place.startswith(wrong)))
    return tuple(find_faults(spec, catalogue, stages))


def _rest(given: Mapping[str, object], error: ValidationError) -> RecipeSpec | None:
    """Return the recipe with every value of a wrong shape replaced by its default, if it can be."""
    mended: Any = deepcopy(dict(given))
    for one in refused(error):
        *path, name = one["loc"][:3] if one["loc"][:1] in _PARTS else one["loc"][:1]
        inner = mended
        for part in path:
            inner = inner[part]
        if isinstance(inner, dict):
            inner.pop(name, None)
            inner.update({key: value for key, value in _STAND_INS.items() if key == name})
    try:
        return RecipeSpec.model_validate(mended)
    except ValidationError:
        return None


def validate(spec: RecipeSpec, catalogue: Catalogue, stages: Collection[str] | None = None) -> None:
    """Raise InvalidRecipe listing every unknown name and wrong parameter of `spec`.

    `stages` are those of the workspace; without them any stage may be named.
    """
    faults = [fault.text for fault in find_faults(spec, catalogue, stages)]
    if faults:
        raise refusal(faults)


def find_faults(
    spec: RecipeSpec, catalogue: Catalogue, stages: Collection[str] | None = None
) -> Iterator[Fault]:
    """Yield every unknown name and wrong parameter of `spec`; `stages` as for `validate`."""
    yield from _stage_faults(spec, stages)
    yield from _repeated_keys(spec)
    yield from _level_faults(spec)
    for index, step in enumerate(spec.steps):
        yield from _step_faults(f"steps.{index}", step, catalogue)
    for index, gate in enumerate(spec.gates):
        named = _Named(f"gate {gate.title!r}", f"gates.{index}.params", f"gates.{index}.kind")
        yield from _parameter_faults(named, "gate", gate.kind, gate.params, catalogue.gates)
    yield from _custom_faults(spec, catalogue)
    yield from section_faults(spec)
    yield from _provider_faults(spec, catalogue)


def refusal(faults: Sequence[str]) -> InvalidRecipe:
    """Return the error that names the faults."""
    return InvalidRecipe("This recipe cannot run:\n" + "\n".join(f"- {f}" for f in faults))


def parse_criterion(text: str) -> tuple[str, str]:
    """Split `cites:5` into its name and argument; the argument may be empty."""
    name, _, argument = text.partition(":")
    return name.strip(), argument.strip()


@dataclass(frozen=True, slots=True)
class _Named:
    """Whose parameters are looked at: in words, and where they and their kind's name stand."""

    where: str
    params: str
    kind: str


def _provider_faults(spec: RecipeSpec, catalogue: Catalogue) -> Iterator[Fault]:
    wanted = [("provider", spec.provider)] if spec.provider else []
    wanted += [(f"fallbacks.{index}", name) for index, name in enumerate(spec.fallbacks)]
    for place, name in wanted:
        if name not in catalogue.providers:
            yield Fault(place, f"There is no provider {name!r}.")


def _repeated_keys(spec: RecipeSpec) -> Iterator[Fault]:
    counts = Counter(step.key for step in spec.steps)
    last = {step.key: index for index, step in enumerate(spec.steps)}
    for key, number in counts.items():
        if number > 1:
            yield Fault(f"steps.{last[key]}.key", f"Two steps have the key {key!r}.")


def _stage_faults(spec: RecipeSpec, stages: Collection[str] | None) -> Iterator[Fault]:
    if stages is None:
        return
    wanted = {spec.stage: "stage"}
    if spec.stop_stage:
        wanted.setdefault(spec.stop_stage, "stop_stage")
    known = ", ".join(stages)
    for name, place in wanted.items():
        if name not in stages:
            yield Fault(place, f"There is no stage {name!r}; the stages are {known}.")


def _level_faults(spec: RecipeSpec) -> Iterator[Fault]:
    if spec.level is Level.AUTO_TO_STAGE and spec.stop_stage is None:
        yield Fault("stop_stage", "auto_to_stage needs the stage at which it stops.")


def _custom_faults(spec: RecipeSpec, catalogue: Catalogue) -> Iterator[Fault]:
    """Faults of gates that run a plugin's check; results are kept by title, so titles differ."""
    custom = [(index, gate) for index, gate in enumerate(spec.gates) if gate.kind == CUSTOM_GATE]
    counts = Counter(gate.title for _, gate in custom)
    last = {gate.title: index for index, gate in custom}
    for title, number in counts.items():
        if number > 1:
            yield Fault(f"gates.{last[title]}.title", f"Two gates are called {title!r}.")
    for index, gate in custom:
        name, params = gate.params.get("check"), gate.params.get("params", {})
        if isinstance(name, str) and isinstance(params, dict):
            place = f"gates.{index}.params"
            named = _Named(f"gate {gate.title!r}", f"{place}.params", f"{place}.check")
            yield from _parameter_faults(named, "check", name, params, catalogue.checks)


def _step_faults(place: str, step: StepSpec, catalogue: Catalogue) -> Iterator[Fault]:
    where = f"step {step.title!r}"
    named = _Named(where, f"{place}.params", f"{place}.skill")
    yield from _parameter_faults(named, "skill", step.skill, step.params, catalogue.steps)
    if step.commit and not catalogue.git_available:
        text = "git is not installed, so what it writes cannot be committed."
        yield Fault(f"{place}.commit", f"{where}: {text}", text)
    for index, tool in enumerate(step.tools):
        if tool not in catalogue.tools:
            text = f"there is no tool {tool!r}."
            yield Fault(f"{place}.tools.{index}", f"{where}: {text}", text)
    yield from _criterion_faults(where, place, step, catalogue)


def _criterion_faults(
    where: str, place: str, step: StepSpec, catalogue: Catalogue
) -> Iterator[Fault]:
    names = [parse_criterion(criterion)[0] for criterion in step.criteria]
    if names and set(names) == {AI_CRITERION}:
        text = "a judge must not be its only check; add one that does not need a model."
        yield Fault(f"{place}.criteria.0", f"{where}: {text}", text)
    for index, criterion in enumerate(step.criteria):
        text = _criterion_fault(criterion, catalogue)
        if text:
            yield Fault(f"{place}.criteria.{index}", f"{where}: {text}", text)


def _criterion_fault(criterion: str, catalogue: Catalogue) -> str:
    name, argument = parse_criterion(criterion)
    if name not in catalogue.criteria:
        return f"there is no criterion {name!r}."
    try:
        catalogue.criteria[name](argument)
    except PmflowError as error:
        return f"{criterion}: {error}"
    return ""


def _parameter_faults(
    named: _Named,
    what: str,
    name: str,
    params: Mapping[str, object],
    known: Mapping[str, type[BaseModel]],
) -> Iterator[Fault]:
    if name not in known:
        names = ", ".join(sorted(known)) or "none"
        text = f"there is no {what} {name!r}; known are {names}."
        yield Fault(named.kind, f"{named.where}: {text}", text)
        return
    try:
        known[name].model_validate(params)
    except ValidationError as error:
        yield from parameter_faults(error, named.where, named.params, known[name])
