"""What a run's steps are shown to have cost: all their calls, whatever came of the answers.

A step that failed, was tried again, judged or resumed after a crash has paid for more than what it
finally reports.
"""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.calls import costs
from pmflow_core.runs.models import RunStep


def count(session: Session, run_id: UUID) -> None:
    """Set tokens and cost of the run's steps to those of their calls; others stay as reported."""
    sums = costs.sums_by_step(run_id)
    session.execute(
        update(RunStep)
        .where(col(RunStep.run_id) == run_id, col(RunStep.step_key) == sums.c.step_key)
        .values(
            input_tokens=sums.c.input_tokens,
            output_tokens=sums.c.output_tokens,
            cost_usd=sums.c.cost_usd,
        )
        .execution_options(synchronize_session=False)
    )
