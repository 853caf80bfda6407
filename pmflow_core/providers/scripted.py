"""A provider that answers what it was told to, for tests and for trying out recipes."""

from collections.abc import Iterable
from decimal import Decimal

from pmflow_core.errors import PmflowError
from pmflow_core.providers.base import (
    FREE,
    Completion,
    GenerateRequest,
    OnText,
    ProviderRejected,
)


class ScriptedProvider:
    """Gives its answers in order and keeps the requests it was asked.

    An answer is a text, a whole completion, or an error to raise.
    """

    name = "scripted"

    def __init__(self, answers: Iterable[str | Completion | PmflowError] = ()) -> None:
        self._answers = iter(answers)
        self.requests: list[GenerateRequest] = []
        self.bound = Decimal(0)

    def bound_usd(self, request: GenerateRequest) -> Decimal:
        """Return what a test says a call may cost; nothing unless it says so."""
        del request
        return self.bound

    def generate(self, request: GenerateRequest, on_text: OnText) -> Completion:
        """Return the next answer.

        Raises:
            ProviderRejected: no answer is left.
        """
        self.requests.append(request)
        answer = next(self._answers, None)
        if answer is None:
            raise ProviderRejected(f"No answer is scripted for call {len(self.requests)}.")
        if isinstance(answer, PmflowError):
            raise answer
        if isinstance(answer, str):
            answer = Completion(answer, "scripted", FREE, "complete")
        for line in answer.text.splitlines(keepends=True):
            on_text(line)
        return answer
