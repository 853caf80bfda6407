"""The step `measure_documents`: say in the run's log how long each document is."""

from pydantic import BaseModel, Field

from pmflow_core.runs.kinds import RunContext, StepKind, StepOutcome, Tools
from pmflow_core.runs.status import LogLevel


class Params(BaseModel):
    """Parameters in a recipe."""

    long_words: int = Field(default=1_500, ge=1, description="From here on it is a warning.")


def run(params: Params, context: RunContext, tools: Tools) -> StepOutcome:
    """Log one line per document, a warning for a long one, and return the sum."""
    total = 0
    for kind, content in sorted(context.documents.items()):
        tools.check()
        count = len(content.split())
        level = LogLevel.WARN if count >= params.long_words else LogLevel.INFO
        tools.log(level, f"{kind}: {count:,} words")
        total += count
    return StepOutcome(f"{total:,} words in {len(context.documents)} documents")


MEASURE_DOCUMENTS = StepKind("measure_documents", Params, run)
