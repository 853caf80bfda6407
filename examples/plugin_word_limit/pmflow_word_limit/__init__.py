"""A plugin for pmflow: documents that people finish reading."""

from pmflow_core.runs.extensions import Extensions
from pmflow_word_limit.gate import WORD_LIMIT
from pmflow_word_limit.step import MEASURE_DOCUMENTS


def register(extensions: Extensions) -> None:
    """Add the gate and the step; pmflow calls this once per process."""
    extensions.gates.add(WORD_LIMIT)
    extensions.steps.add(MEASURE_DOCUMENTS)
