"""Registers the steps, criteria, gates and providers that ship, as a plugin does its own."""

from pmflow_core.providers.registry import BUILTIN_PROVIDERS
from pmflow_core.runs.criteria import BUILTIN_CRITERIA
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.gates import BUILTIN_GATES
from pmflow_core.runs.signal_tool import SEARCH_SIGNALS
from pmflow_core.runs.steps import BUILTIN_STEPS


def register(extensions: Extensions) -> None:
    """Add everything built in."""
    for step in BUILTIN_STEPS:
        extensions.steps.add(step)
    for criterion in BUILTIN_CRITERIA:
        extensions.criteria.add(criterion)
    for gate in BUILTIN_GATES:
        extensions.gates.add(gate)
    for provider in BUILTIN_PROVIDERS:
        extensions.providers.add(provider)
    extensions.tools.add(SEARCH_SIGNALS)
