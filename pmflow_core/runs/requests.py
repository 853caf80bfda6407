"""What steps ask providers: requests about a project, and answers with a shape."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from pydantic import BaseModel

from pmflow_core.providers import answers
from pmflow_core.providers.base import GenerateRequest, ProviderRejected, Usage
from pmflow_core.runs.kinds import RunContext, Tools
from pmflow_core.runs.status import LogLevel

Shape = TypeVar("Shape", bound=BaseModel)
_LONGEST_OUTPUT = 6_000
_MEND = (
    "Your last try was refused; mend exactly the faults that the data names in the text beginning"
    " “The last try was refused”."
)


@dataclass
class Spending:
    """What the calls of one step used, added up."""

    calls: list[Usage] = field(default_factory=list)

    @property
    def usage(self) -> Usage:
        """The sum; priced only when every call was."""
        return Usage(
            sum(one.input_tokens for one in self.calls),
            sum(one.output_tokens for one in self.calls),
            sum((one.cost_usd for one in self.calls), Decimal(0)),
            all(one.priced for one in self.calls),
        )


def about(context: RunContext, task: str, title: str) -> GenerateRequest:
    """Return a request with all that a step may tell a provider of its project."""
    request = GenerateRequest(
        task=task,
        title=title,
        project_name=context.project.name,
        project_description=context.project.description,
        sections=(),
        evidence=context.evidence,
        documents=context.documents,
        knowledge=(*_told(context), *_records(context)),
        total_signals=context.total_signals,
    )
    return to_mend(request, context.feedback)


def to_mend(request: GenerateRequest, faults: str) -> GenerateRequest:
    """Return the request with what was wrong before, which quotes documents and so is data."""
    if not faults:
        return request
    return replace(with_instructions(request, _MEND), knowledge=(faults, *request.knowledge))


def with_instructions(request: GenerateRequest, *more: str) -> GenerateRequest:
    """Return the request with the recipe's own words in front of what is to be mended."""
    texts = [text for text in (*more, request.instructions) if text.strip()]
    return replace(request, instructions="\n".join(texts))


def ask_for(
    model: type[Shape], request: GenerateRequest, tools: Tools, spending: Spending
) -> Shape:
    """Return the provider's answer in the shape of `model`, asked once more when it has another.

    Raises:
        ProviderUnavailable: the provider does not answer.
        ProviderRejected: it refused, or both answers were of another shape.
    """
    shaped = replace(request, schema=answers.schema_of(model), sections=())
    text = _generate(shaped, tools, spending)
    try:
        return answers.parse(model, text)
    except ProviderRejected as error:
        tools.log(LogLevel.WARN, f"{error} Asking once more.")
        again = with_instructions(shaped, f"Your last answer was refused. {error}")
        return answers.parse(model, _generate(again, tools, spending))


def _generate(request: GenerateRequest, tools: Tools, spending: Spending) -> str:
    def hear(piece: str) -> None:
        tools.check()
        tools.write(piece)

    completion = tools.provider.generate(request, hear)
    spending.calls.append(completion.usage)
    if completion.stop_reason != "complete":
        raise ProviderRejected(f"The answer was {completion.stop_reason}; it is not used.")
    return completion.text


def _told(context: RunContext) -> Iterator[str]:
    """What people answered in this run, and what its earlier steps came to."""
    for answer in context.answers:
        yield f"{answer.by} was asked: {answer.question}\nThe answer: {answer.answer}"
    titles = {step.key: step.title for step in context.recipe.steps}
    for key, output in context.outputs.items():
        if output:
            text = json.dumps(dict(output), ensure_ascii=False, default=str)
            yield f"The step {titles.get(key, key)} came to: {text[:_LONGEST_OUTPUT]}"


def _records(context: RunContext) -> Iterator[str]:
    """What the team knows, each record as a text that providers tell from all other knowledge."""
    for each in context.records:
        yield answers.team_record_note(each.kind, each.title, each.text)


def one_line(text: str, longest: int = 2_000) -> str:
    """Return a model's words on one line, so that they cannot become headings of a document."""
    words = " ".join(text.split()).lstrip("#>|-+ ")
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def bullets(lines: Iterable[str]) -> str:
    """Return a Markdown list of one-line items."""
    return "\n".join(f"- {line}" for line in lines)
