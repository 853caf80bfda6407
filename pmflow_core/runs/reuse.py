"""What a re-run takes over from the run it repeats: finished steps, and input that was edited."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.recipes.spec import RecipeSpec, StepSpec
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import RunStep, StageRun
from pmflow_core.runs.status import StepStatus


class NoSuchStep(Invalid):
    """The run's recipe has no step of that key; the text names those it has."""

    code = "no_such_step"


class BadStepInput(Invalid):
    """A step cannot work with the edited input; the text lists every fault."""

    code = "bad_step_input"


class StepNotReached(Conflict):
    """A step before the one to start from was never finished, so there is nothing to reuse."""

    code = "step_not_reached"


def waiting_steps(run: StageRun, spec: RecipeSpec) -> Iterator[RunStep]:
    """Yield the rows of a new run, one for each step of its recipe."""
    for position, step in enumerate(spec.steps):
        yield RunStep(
            workspace_id=run.workspace_id,
            run_id=run.id,
            step_key=step.key,
            position=position,
            title=step.title,
            skill=step.skill,
        )


def reusing_steps(
    run: StageRun, spec: RecipeSpec, earlier: Sequence[RunStep], params: Mapping[str, Any] | None
) -> Iterator[RunStep]:
    """Yield the rows of a run that starts at `run.rerun_from`, with what is before it taken over.

    Input that was edited for the earlier run stays edited.

    Raises:
        StepNotReached: something before that step was never finished.
    """
    known = {step.step_key: step for step in earlier}
    reached = False
    for row in waiting_steps(run, spec):
        before = known[row.step_key]
        row.params = before.params
        if row.step_key == run.rerun_from:
            reached = True
            row.params = before.params if params is None else dict(params)
        if not reached:
            _take_over(row, before, may_fail=spec.steps[row.position].continue_on_error)
        yield row


def _take_over(row: RunStep, before: RunStep, *, may_fail: bool) -> None:
    went_by = before.status is StepStatus.FAILED and may_fail
    if before.status is not StepStatus.COMPLETED and not went_by:
        raise StepNotReached(f"{before.title} was never finished; start from it instead.")
    row.status = before.status
    row.reused_from = before.reused_from or before.run_id
    row.started_at = before.started_at
    row.finished_at = before.finished_at or utcnow()
    row.output = before.output
    row.summary = before.summary
    row.criteria = before.criteria
    row.document_version_id = before.document_version_id


def edited_params(
    step: StepSpec, before: RunStep, edits: Mapping[str, Any], extensions: Extensions
) -> dict[str, Any]:
    """Return a step's last input with `edits` laid over it.

    Raises:
        BadStepInput: the step cannot work with that; every fault is named.
    """
    params = {**(step.params if before.params is None else before.params), **edits}
    require_params(step, edits, params, extensions)
    return params


def require_params(
    step: StepSpec, edits: Mapping[str, Any], params: Mapping[str, Any], extensions: Extensions
) -> None:
    """Raise BadStepInput unless a step knows all of `edits` and can work with `params`."""
    model = extensions.steps.get(step.skill).params
    faults = [*_unknown(model, edits), *_faults(model, params)]
    if faults:
        lines = "\n".join(f"- {fault}" for fault in faults)
        raise BadStepInput(f"{step.title} cannot work with that:\n{lines}")


def find_step(spec: RecipeSpec, step_key: str) -> StepSpec:
    """Return the recipe's step of that key; raises NoSuchStep naming those it has."""
    step = next((step for step in spec.steps if step.key == step_key), None)
    if step is None:
        known = ", ".join(step.key for step in spec.steps)
        raise NoSuchStep(f"The run has no step {step_key!r}; it has {known}.")
    return step


def _unknown(model: type[BaseModel], edits: Mapping[str, Any]) -> Iterator[str]:
    if model.model_config.get("extra") in {"allow", "forbid"}:
        return
    fields = {name: field.alias for name, field in model.model_fields.items()}
    known = {*fields, *(alias for alias in fields.values() if alias)}
    for name in edits:
        if name not in known:
            yield f"there is no parameter {name!r}; known are {', '.join(sorted(known)) or 'none'}."


def _faults(model: type[BaseModel], params: Mapping[str, Any]) -> Iterator[str]:
    try:
        model.model_validate(params)
    except ValidationError as error:
        for fault in error.errors():
            field = ".".join(str(part) for part in fault["loc"]) or "parameters"
            yield f"{field}: {fault['msg']}."
