"""The gates that ship, one file each: pure checks of a project before it may advance."""

from pmflow_core.runs.gates.artifact_exists import ARTIFACT_EXISTS
from pmflow_core.runs.gates.content_match import CONTENT_MATCH
from pmflow_core.runs.gates.custom import CUSTOM
from pmflow_core.runs.gates.document_exists import DOCUMENT_EXISTS
from pmflow_core.runs.gates.evidence import EVIDENCE
from pmflow_core.runs.gates.human_approval import HUMAN_APPROVAL
from pmflow_core.runs.gates.jury_score import JURY_SCORE
from pmflow_core.runs.gates.metric_threshold import METRIC_THRESHOLD
from pmflow_core.runs.gates.sections_exist import SECTIONS_EXIST
from pmflow_core.runs.kinds import GateKind

BUILTIN_GATES: tuple[GateKind, ...] = (
    DOCUMENT_EXISTS,
    SECTIONS_EXIST,
    CONTENT_MATCH,
    ARTIFACT_EXISTS,
    EVIDENCE,
    METRIC_THRESHOLD,
    JURY_SCORE,
    HUMAN_APPROVAL,
    CUSTOM,
)
