"""What the trial of a step came to: kept with its step, and nowhere in the project."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pmflow_core.runs.kinds import StepOutcome

KEY = "tried"


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial's document in Markdown, if it wrote one, and in words what else it would leave."""

    template: str = ""
    content: str = ""
    others: tuple[str, ...] = ()


def keep(outcome: StepOutcome) -> dict[str, Any]:
    """Return the output that a trial's step is stored with."""
    found: dict[str, Any] = {"others": list(_others(outcome))}
    if outcome.document is not None:
        found["template"] = outcome.document.template
        found["content"] = outcome.document.content
    return {**outcome.output, KEY: found}


def read(output: Mapping[str, Any]) -> Tried:
    """Return what was kept; an empty result while there is none."""
    found = output.get(KEY)
    if not isinstance(found, dict):
        return Tried()
    return Tried(
        str(found.get("template", "")),
        str(found.get("content", "")),
        tuple(str(line) for line in found.get("others", ())),
    )


def _others(outcome: StepOutcome) -> list[str]:
    lines = [
        f"File {draft.name}, {len(draft.content):,} bytes: not stored"
        for draft in outcome.artifacts
    ]
    lines += [f"{vote.persona} votes {vote.vote.value}" for vote in outcome.votes]
    lines += [f"Ticket {draft.title}, {draft.estimate} points" for draft in outcome.tickets or ()]
    return lines
