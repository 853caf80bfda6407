"""What a section is written from: the request, the analysis, and the requirements."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from pmflow_core.providers.base import GenerateRequest
from pmflow_core.providers.local.analysis import Analysis
from pmflow_core.providers.local.people import People, people
from pmflow_core.providers.local.requirements import Requirement, requirements


@dataclass(frozen=True)
class Desk:
    """Everything a section writer may look at."""

    request: GenerateRequest
    analysis: Analysis

    @cached_property
    def people(self) -> tuple[People, ...]:
        """Kinds of customer that the signals show."""
        return people(self.analysis)

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """Requirements of the project's PRD, else those derived from the signals.

        A PRD that is written again starts from the signals as they are now.
        """
        earlier = {} if self.request.task == "prd" else self.request.documents
        return requirements(self.analysis, earlier)

    @property
    def total(self) -> int:
        """How many signals the project has."""
        return len(self.analysis.evidence)

    @property
    def praised(self) -> tuple[int, ...]:
        """Numbers of the signals that praise the product."""
        return tuple(one.number for one in self.analysis.praise)

    @property
    def typical(self) -> tuple[int, ...]:
        """The most typical signals of the problems, taken in turn, else all signals."""
        problems = self.analysis.problems
        heads = tuple(
            one.numbers[turn] for turn in (0, 1, 2) for one in problems if len(one.numbers) > turn
        )
        return heads or tuple(one.number for one in self.analysis.evidence)


Writer = Callable[[Desk], str]
