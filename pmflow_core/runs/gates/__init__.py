"""The gates that ship, one file each: pure checks of a project before it may advance."""

from pmflow_core.runs.gates.document_exists import DOCUMENT_EXISTS
from pmflow_core.runs.gates.evidence import EVIDENCE
from pmflow_core.runs.gates.metric_threshold import METRIC_THRESHOLD
from pmflow_core.runs.gates.sections_exist import SECTIONS_EXIST
from pmflow_core.runs.kinds import GateKind

BUILTIN_GATES: tuple[GateKind, ...] = (DOCUMENT_EXISTS, SECTIONS_EXIST, EVIDENCE, METRIC_THRESHOLD)
