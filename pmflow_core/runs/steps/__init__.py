"""The steps that ship, one file each."""

from pmflow_core.runs.kinds import StepKind
from pmflow_core.runs.steps.ask import ASK
from pmflow_core.runs.steps.build_prototype import BUILD_PROTOTYPE
from pmflow_core.runs.steps.generate_document import GENERATE_DOCUMENT
from pmflow_core.runs.steps.jury import JURY
from pmflow_core.runs.steps.plan_tickets import PLAN_TICKETS

BUILTIN_STEPS: tuple[StepKind, ...] = (GENERATE_DOCUMENT, JURY, PLAN_TICKETS, BUILD_PROTOTYPE, ASK)
