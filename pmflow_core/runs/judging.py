"""Verifying what a step wrote: its criteria, how strictly they hold, and the judge they may ask."""

from dataclasses import dataclass, field, replace
from types import MappingProxyType

from pmflow_core.providers.answers import JUDGE, Judgement, parse, schema_of
from pmflow_core.providers.base import ProviderRejected
from pmflow_core.recipes.spec import StepSpec, Strictness
from pmflow_core.recipes.validation import parse_criterion
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import CriterionFacts, RunContext, StepOutcome, Tools, Verdict
from pmflow_core.runs.requests import Spending, about

_MAX_TOKENS = 600


@dataclass(frozen=True)
class Judge:
    """Asks the run's provider whether a statement holds of what a step wrote."""

    context: RunContext
    tools: Tools
    spending: Spending = field(default_factory=Spending)

    def holds(self, statement: str, text: str) -> tuple[bool, str]:
        """Return whether it holds and why; an answer that cannot be read is a no.

        Raises:
            ProviderUnavailable: nobody answers, so that nothing is known either way.
        """
        request = replace(
            about(replace(self.context, feedback=""), JUDGE, "Judgement"),
            documents=MappingProxyType({"document": text}),
            instructions=statement,
            schema=schema_of(Judgement),
            max_tokens=_MAX_TOKENS,
        )
        try:
            completion = self.tools.provider.generate(request, lambda _piece: self.tools.check())
            self.spending.calls.append(completion.usage)
            judgement = parse(Judgement, completion.text)
        except ProviderRejected as error:
            return False, f"The judge's answer cannot be used. {error}"
        return judgement.holds, judgement.why

    def charge(self, outcome: StepOutcome) -> StepOutcome:
        """Return the outcome with what judging it used added to what it cost."""
        if not self.spending.calls:
            return outcome
        return replace(outcome, usage=Spending([outcome.usage, *self.spending.calls]).usage)


def verify(extensions: Extensions, spec: StepSpec, facts: CriterionFacts) -> tuple[Verdict, ...]:
    """Return the verdict of each criterion of a step; those that only report are optional."""
    if spec.strictness is Strictness.OFF:
        return ()
    verdicts: list[Verdict] = []
    for text in spec.criteria:
        name, argument = parse_criterion(text)
        kind = extensions.criteria.get(name)
        verdict = kind.check(kind.parse(argument), facts)
        verdicts.append(replace(verdict, optional=spec.strictness is Strictness.LENIENT))
    return tuple(verdicts)
