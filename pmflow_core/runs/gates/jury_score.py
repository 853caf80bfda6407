"""The jury's score reaches a threshold, counted from votes on the newest documents only."""

from pydantic import BaseModel, Field

from pmflow_core.runs.jury import APPROVES, in_words, reaches, score_of
from pmflow_core.runs.kinds import GateFacts, GateKind, Verdict


class Params(BaseModel):
    """Parameters in a recipe."""

    at_least: float = Field(default=APPROVES, gt=0, le=1, description="Weighted mean of the votes.")
    votes: int = Field(default=4, ge=1, le=12, description="So many must count.")


def evaluate(params: Params, facts: GateFacts) -> Verdict:
    """Pass when enough votes count and their weighted mean reaches the threshold."""
    if not facts.votes:
        return _failed("No jury has voted yet; run the stage.")
    counted = [vote for vote in facts.votes if vote.current]
    stale = len(facts.votes) - len(counted)
    if len(counted) < params.votes:
        detail = f"{len(counted)} votes count, needs {params.votes}."
        if stale:
            detail += (
                f" {stale} of {len(facts.votes)} were cast on older versions of the documents and"
                " do not count; run the stage again."
            )
        return _failed(detail)
    score = score_of((vote.weight, vote.vote) for vote in counted)
    detail = f"Score {in_words(score, params.at_least)}, {len(counted)} votes"
    return Verdict("jury_score", "", passed=reaches(score, params.at_least), detail=detail)


def _failed(detail: str) -> Verdict:
    return Verdict("jury_score", "", passed=False, detail=detail)


JURY_SCORE = GateKind("jury_score", Params, evaluate)
