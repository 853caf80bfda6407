"""The steps that ship, one file each."""

from pmflow_core.runs.kinds import StepKind
from pmflow_core.runs.steps.generate_document import GENERATE_DOCUMENT

BUILTIN_STEPS: tuple[StepKind, ...] = (GENERATE_DOCUMENT,)
