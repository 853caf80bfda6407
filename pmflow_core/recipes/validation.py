"""Refusing a recipe that could not run, with every fault named at once."""

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ValidationError

from pmflow_core.errors import Invalid, PmflowError
from pmflow_core.recipes.clashes import section_faults
from pmflow_core.recipes.spec import Level, RecipeSpec, StepSpec

AI_CRITERION = "ai"
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
        raise refusal(
            [
                f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}."
                for one in error.errors()
            ]
        ) from error


def validate(spec: RecipeSpec, catalogue: Catalogue, stages: Collection[str] | None = None) -> None:
    """Raise InvalidRecipe listing every unknown name and wrong parameter of `spec`.

    `stages` are those of the workspace; without them any stage may be named.
    """
    faults = [
        *_stage_faults(spec, stages),
        *_repeated_keys(spec),
        *_level_faults(spec),
        *(fault for step in spec.steps for fault in _step_faults(step.key, spec, catalogue)),
        *(
            fault
            for gate in spec.gates
            for fault in _parameter_faults(
                f"gate {gate.title!r}", "gate", gate.kind, gate.params, catalogue.gates
            )
        ),
        *_custom_faults(spec, catalogue),
        *section_faults(spec),
    ]
    wanted = (*((spec.provider,) if spec.provider else ()), *spec.fallbacks)
    faults += [
        f"There is no provider {name!r}." for name in wanted if name not in catalogue.providers
    ]
    if faults:
        raise refusal(faults)


def refusal(faults: Sequence[str]) -> InvalidRecipe:
    """Return the error that names the faults."""
    return InvalidRecipe("This recipe cannot run:\n" + "\n".join(f"- {f}" for f in faults))


def parse_criterion(text: str) -> tuple[str, str]:
    """Split `cites:5` into its name and argument; the argument may be empty."""
    name, _, argument = text.partition(":")
    return name.strip(), argument.strip()


def _repeated_keys(spec: RecipeSpec) -> Iterator[str]:
    counts = Counter(step.key for step in spec.steps)
    yield from (f"Two steps have the key {key!r}." for key, n in counts.items() if n > 1)


def _stage_faults(spec: RecipeSpec, stages: Collection[str] | None) -> Iterator[str]:
    if stages is None:
        return
    wanted = (spec.stage, *((spec.stop_stage,) if spec.stop_stage else ()))
    known = ", ".join(stages)
    yield from (
        f"There is no stage {name!r}; the stages are {known}."
        for name in dict.fromkeys(wanted)
        if name not in stages
    )


def _level_faults(spec: RecipeSpec) -> Iterator[str]:
    if spec.level is Level.AUTO_TO_STAGE and spec.stop_stage is None:
        yield "auto_to_stage needs the stage at which it stops."


def _custom_faults(spec: RecipeSpec, catalogue: Catalogue) -> Iterator[str]:
    """Faults of gates that run a plugin's check; results are kept by title, so titles differ."""
    custom = [gate for gate in spec.gates if gate.kind == CUSTOM_GATE]
    counts = Counter(gate.title for gate in custom)
    yield from (f"Two gates are called {title!r}." for title, n in counts.items() if n > 1)
    for gate in custom:
        name, params = gate.params.get("check"), gate.params.get("params", {})
        if isinstance(name, str) and isinstance(params, dict):
            where = f"gate {gate.title!r}"
            yield from _parameter_faults(where, "check", name, params, catalogue.checks)


def _step_faults(key: str, spec: RecipeSpec, catalogue: Catalogue) -> Iterator[str]:
    step = next(step for step in spec.steps if step.key == key)
    where = f"step {step.title!r}"
    yield from _parameter_faults(where, "skill", step.skill, step.params, catalogue.steps)
    if step.commit and not catalogue.git_available:
        yield f"{where}: git is not installed, so what it writes cannot be committed."
    for tool in step.tools:
        if tool not in catalogue.tools:
            yield f"{where}: there is no tool {tool!r}."
    yield from _criterion_faults(where, step, catalogue)


def _criterion_faults(where: str, step: StepSpec, catalogue: Catalogue) -> Iterator[str]:
    names = [parse_criterion(criterion)[0] for criterion in step.criteria]
    if names and set(names) == {AI_CRITERION}:
        yield f"{where}: a judge must not be its only check; add one that does not need a model."
    for criterion in step.criteria:
        name, argument = parse_criterion(criterion)
        if name not in catalogue.criteria:
            yield f"{where}: there is no criterion {name!r}."
            continue
        try:
            catalogue.criteria[name](argument)
        except PmflowError as error:
            yield f"{where}: {criterion}: {error}"


def _parameter_faults(
    where: str,
    what: str,
    name: str,
    params: Mapping[str, object],
    known: Mapping[str, type[BaseModel]],
) -> Iterator[str]:
    if name not in known:
        names = ", ".join(sorted(known)) or "none"
        yield f"{where}: there is no {what} {name!r}; known are {names}."
        return
    try:
        known[name].model_validate(params)
    except ValidationError as error:
        for fault in error.errors():
            field = ".".join(str(part) for part in fault["loc"]) or "parameters"
            yield f"{where}: {field}: {fault['msg']}."
