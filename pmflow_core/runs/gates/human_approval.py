"""So many people have approved the newest versions of the documents; an edit voids an approval."""

from pydantic import BaseModel, Field

from pmflow_core.runs.kinds import GateFacts, GateKind, Verdict


class Params(BaseModel):
    """Parameters in a recipe."""

    approvers: int = Field(default=1, ge=1, le=20, description="So many different people.")


def evaluate(params: Params, facts: GateFacts) -> Verdict:
    """Pass when enough people's approvals cover the newest versions."""
    count = len(facts.approvers)
    names = ", ".join(sorted(facts.approvers))
    detail = f"{count} of {params.approvers} approvals of the newest versions"
    if names:
        detail += f": {names}"
    return Verdict("human_approval", "", passed=count >= params.approvers, detail=detail)


HUMAN_APPROVAL = GateKind("human_approval", Params, evaluate)
