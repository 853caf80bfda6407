"""The criteria that ship, one file each: checks of what a single step wrote."""

from pmflow_core.runs.criteria.ai import AI
from pmflow_core.runs.criteria.cites import CITES
from pmflow_core.runs.criteria.content import CONTENT
from pmflow_core.runs.criteria.counts import COUNTS
from pmflow_core.runs.criteria.covers import COVERS
from pmflow_core.runs.criteria.file import FILE
from pmflow_core.runs.criteria.quotes import QUOTES
from pmflow_core.runs.criteria.sections import SECTIONS
from pmflow_core.runs.kinds import CriterionKind

BUILTIN_CRITERIA: tuple[CriterionKind, ...] = (
    FILE,
    SECTIONS,
    CONTENT,
    CITES,
    QUOTES,
    COUNTS,
    COVERS,
    AI,
)
