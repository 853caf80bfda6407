"""Says in words why a project moved or stayed and what happens next; pure."""

from pmflow_core.projects.models import Outcome
from pmflow_core.projects.service import Explanation
from pmflow_core.recipes.spec import Level, RecipeSpec
from pmflow_core.runs.kinds import Verdict

PMFLOW = "pmflow"


def advances_by_itself(recipe: RecipeSpec, next_stage: str | None) -> bool:
    """Return whether the recipe's level carries the project to `next_stage` without a person."""
    if next_stage is None or recipe.level is Level.HUMAN_APPROVAL:
        return False
    return recipe.level is Level.FULL_AUTO or recipe.stage != recipe.stop_stage


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
            f"All gates of {stage} passed; it is the last stage",
            "Ship or archive the project",
            owner,
            _json(gates),
        )
    return Explanation(
        Outcome.WAITS_FOR_APPROVAL,
        f"All gates of {stage} passed; waits for approval",
        f"Read the documents and approve the move to {to}",
        owner,
        _json(gates),
    )


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
    where = f" at {step}" if step else ""
    return Explanation(
        Outcome.RUN_FAILED,
        f"The run of {stage} failed{where}. {message}",
        "Read the log, then run the stage again",
        owner,
    )


def unanswered(stage: str, question: str, owner: str) -> Explanation:
    """Explain a project whose run failed because nobody answered what it asked."""
    return Explanation(
        Outcome.RUN_FAILED,
        f"The run of {stage} failed: nobody answered “{question}” in time",
        "Run the stage again and answer it, or give the question a default",
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


def _json(gates: tuple[Verdict, ...]) -> tuple[dict[str, object], ...]:
    return tuple(verdict.as_json() for verdict in gates)
