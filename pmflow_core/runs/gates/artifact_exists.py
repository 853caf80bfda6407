"""A run has made a file of a kind for the project."""

from pydantic import BaseModel, Field

from pmflow_core.runs.kinds import GateFacts, GateKind, Verdict


class Params(BaseModel):
    """Parameters in a recipe."""

    kind: str = Field(min_length=1, description="Such as prototype.")


def evaluate(params: Params, facts: GateFacts) -> Verdict:
    """Pass when the project has one."""
    words = params.kind.replace("_", " ")
    if params.kind in facts.artifacts:
        return Verdict("artifact_exists", "", passed=True, detail=f"There is a {words}")
    return Verdict("artifact_exists", "", passed=False, detail=f"No {words} yet; run the stage.")


ARTIFACT_EXISTS = GateKind("artifact_exists", Params, evaluate)
