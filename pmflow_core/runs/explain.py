"""Says in words why a project moved or stayed and what happens next; pure."""

from dataclasses import replace

from pmflow_core.projects.models import Outcome
from pmflow_core.projects.service import Explanation
from pmflow_core.recipes.spec import Level, RecipeSpec
from pmflow_core.runs.kinds import Verdict

PMFLOW = "pmflow"


def advances_by_itself(recipe: RecipeSpec, to: int, stop: int | None) -> bool:
    """Return whether the recipe's level carries a project on without a person.

    `to` is the position of the next stage and `stop` that of the recipe's stop stage.
    """
    if recipe.level is Level.HUMAN_APPROVAL:
        return False
    return recipe.level is Level.FULL_AUTO or (stop is not None and to <= stop)


def stays(
    stage: str, failed: tuple[Verdict, ...], gates: tuple[Verdict, ...], owner: str
) -> Explanation:
    """Explain a project whose gates failed."""
    first = failed[0]
    count = "one gate" if len(failed) == 1 else f"{len(failed)} gates"
    return Explanation(
        Outcome.STAYED,
        f"Stays in {stage}, {count} failed. {first.title}: {first.detail}",
        f"Mend {first.title}, then check again",
        owner,
        _json(gates),
    )


def waits(stage: str, to: str | None, gates: tuple[Verdict, ...], owner: str) -> Explanation:
    """Explain a project that passed its gates and waits for a person."""
    if to is None:
        return Explanation(
            Outcome.STAYED,
            f"{_passed(stage, gates)}; it is the last stage",
            "Ship or archive the project",
            owner,
            _json(gates),
        )
    return Explanation(
        Outcome.WAITS_FOR_APPROVAL,
        f"{_passed(stage, gates)}; waits for approval",
        f"Read the documents and approve the move to {to}",
        owner,
        _json(gates),
    )


def lacks_approval(
    stage: str, to: str | None, gate: Verdict, gates: tuple[Verdict, ...], owner: str
) -> Explanation:
    """Explain a project that only waits for people whom a gate asks for."""
    return Explanation(
        Outcome.WAITS_FOR_APPROVAL,
        f"{stage} waits for approval. {gate.title}: {gate.detail}",
        f"Read the documents and approve the move to {to}"
        if to
        else "Read the documents and approve them",
        owner,
        _json(gates),
    )


def rejected(
    stage: str, by: str, comment: str, gates: tuple[Verdict, ...], owner: str
) -> Explanation:
    """Explain a project that a person sent back."""
    reason = f"{by} rejected {stage}"
    return Explanation(
        Outcome.STAYED,
        f"{reason}: {comment}" if comment else reason,
        "Mend the documents or run the stage again",
        owner,
        _json(gates),
    )


def noting(explanation: Explanation, note: str) -> Explanation:
    """Return the explanation with one more sentence in its reason."""
    if not note:
        return explanation
    return replace(explanation, reason=f"{explanation.reason.rstrip('.')}. {note}")


def advanced(
    stage: str, to: str, gates: tuple[Verdict, ...], *, by: str, runs: str | None, owner: str
) -> Explanation:
    """Explain a project that went on, and whether the next stage's run starts by itself."""
    return Explanation(
        Outcome.ADVANCED,
        f"Advanced from {stage} to {to}, {by}",
        f"{runs} starts by itself" if runs else f"Work on {to}, then move the project on",
        PMFLOW if runs else owner,
        _json(gates),
    )


def run_failed(stage: str, step: str | None, message: str, owner: str) -> Explanation:
    """Explain a project whose run failed."""
    return Explanation(
        Outcome.RUN_FAILED,
        f"The run of {stage} failed{_at(step)}. {message}",
        "Read the log, then run the stage again",
        owner,
    )


def needs_review(stage: str, step: str | None, message: str, owner: str) -> Explanation:
    """Explain a project whose run failed and whose recipe wants a person to look at it."""
    return Explanation(
        Outcome.STAYED,
        f"The run of {stage} failed{_at(step)} and waits for review. {message}",
        f"Review {step or 'the log'}, then run the stage again",
        owner,
    )


def reverted(stage: str, back: str, step: str | None, message: str, *, owner: str) -> Explanation:
    """Explain a project that went back a stage because its run failed."""
    return Explanation(
        Outcome.RUN_FAILED,
        f"The run of {stage} failed{_at(step)}, so the project went back to {back}. {message}",
        f"Mend what failed, then move the project to {stage} again",
        owner,
    )


def cancelled(stage: str, by: str, owner: str) -> Explanation:
    """Explain a project whose run a person stopped."""
    return Explanation(
        Outcome.STAYED,
        f"The run of {stage} was cancelled by {by}",
        "Run the stage again when it should go on",
        owner,
    )


def loops(stage: str, owner: str) -> Explanation:
    """Explain a project that automation stopped moving in a circle."""
    return Explanation(
        Outcome.STAYED,
        f"Automation put the project into {stage} three times within a minute and stopped",
        "Find what sends it back, then move it by hand",
        owner,
    )


def _at(step: str | None) -> str:
    return f" at {step}" if step else ""


def _passed(stage: str, gates: tuple[Verdict, ...]) -> str:
    """Say that the gates passed, and which steps were passed over."""
    failed = [gate.title for gate in gates if gate.name == "step" and not gate.passed]
    but = f", although {' and '.join(failed)} failed" if failed else ""
    return f"All gates of {stage} passed{but}"


def _json(gates: tuple[Verdict, ...]) -> tuple[dict[str, object], ...]:
    return tuple(verdict.as_json() for verdict in gates)
