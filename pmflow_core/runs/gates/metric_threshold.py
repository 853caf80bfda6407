"""A number of the project reaches a threshold."""

from typing import Literal

from pydantic import BaseModel

from pmflow_core.runs.kinds import GateFacts, GateKind, Verdict


class Params(BaseModel):
    """Parameters in a recipe."""

    metric: Literal["linked_signals"]
    at_least: float


def evaluate(params: Params, facts: GateFacts) -> Verdict:
    """Pass when the metric is at least the threshold; the detail states both."""
    value = facts.metrics[params.metric]
    detail = f"{value:g} {params.metric.replace('_', ' ')}, needs {params.at_least:g}"
    return Verdict("metric_threshold", "", passed=value >= params.at_least, detail=detail)


METRIC_THRESHOLD = GateKind("metric_threshold", Params, evaluate)
