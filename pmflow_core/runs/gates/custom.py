"""A named check of a plugin passed on the newest versions of the documents."""

from typing import Any

from pydantic import BaseModel, Field

from pmflow_core.runs.kinds import GateFacts, GateKind, Verdict


class Params(BaseModel):
    """Parameters in a recipe."""

    check: str = Field(min_length=1, description="Name of a registered check.")
    params: dict[str, Any] = Field(default_factory=dict, description="Parameters of the check.")


def evaluate(params: Params, facts: GateFacts) -> Verdict:
    """Pass when the stored result says so, and nothing it depends on has changed since."""
    found = facts.slow.get(facts.title)
    if found is None:
        return _failed("Not checked yet; run the stage.")
    if found.get("check") != params.check or found.get("params") != params.params:
        return _failed("The recipe changed after the check; run the stage again.")
    changed = _changed(found.get("hashes", {}), facts)
    if changed:
        return _failed(f"{changed} changed after the check; run the stage again.")
    return Verdict("custom", "", passed=found["passed"] is True, detail=str(found["detail"]))


def _changed(hashes: dict[str, str], facts: GateFacts) -> str:
    """The documents that are not as the check saw them, in words."""
    newest = {kind: document.sha256 for kind, document in facts.documents.items()}
    kinds = sorted(
        kind for kind in hashes.keys() | newest.keys() if hashes.get(kind) != newest.get(kind)
    )
    return ", ".join(kind.replace("_", " ") for kind in kinds)


def _failed(detail: str) -> Verdict:
    return Verdict("custom", "", passed=False, detail=detail)


CUSTOM = GateKind("custom", Params, evaluate)
