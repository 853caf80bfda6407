"""Asking a model whether a signal belongs to a project, where similarity alone does not say."""

from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from pmflow_core.calls.budgets import BudgetExceeded, Payer
from pmflow_core.calls.gateway import Caller, Gateway
from pmflow_core.calls.patience import Patience
from pmflow_core.errors import PmflowError
from pmflow_core.intake.candidates import ProjectText, Waiting
from pmflow_core.logs import get_logger
from pmflow_core.providers.answers import JUDGE, Judgement, parse, schema_of
from pmflow_core.providers.base import (
    GenerateRequest,
    Provider,
    ProviderRejected,
    ProviderUnavailable,
)

log = get_logger(__name__)
LOCAL = "local"
MOST_QUESTIONS = 50
"""Of one round over a workspace; a large import must neither cost much nor take hours."""
WHY_CHARS = 300
STATEMENT = (
    "The signal reports a problem, need or wish that the project is about, so that whoever works on"
    " the project would want it as evidence. Only the same broad subject is not enough."
)
HURRY = Patience(attempts=2, seconds=60.0)


class AskLater(PmflowError):
    """The provider is away; the signal is asked about later."""

    code = "ask_later"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a provider said."""

    provider: str
    belongs: bool
    why: str


@dataclass(slots=True)
class Asker:
    """A workspace's way to one provider, for so many questions."""

    workspace_id: UUID
    provider: Provider
    left: int = field(default=MOST_QUESTIONS)

    def ask(self, signal: Waiting, project: ProjectText) -> Asked | None:
        """Return what the provider says, None when nobody may be asked any more.

        The answer is in the ledger before it is used: asking again after a crash costs nothing.

        Raises:
            AskLater: the provider does not answer now.
        """
        if self.left <= 0:
            return None
        self.left -= 1
        payer = Payer(self.workspace_id, project.id)
        caller = Caller(payer, f"route:{signal.id}", fence=0)
        gateway = Gateway([self.provider], caller, _say, HURRY)
        try:
            completion = gateway.generate(_request(signal, project), lambda _piece: None)
            judgement = parse(Judgement, completion.text)
        except ProviderUnavailable as error:
            raise AskLater(f"{self.provider.name} does not answer: {error}") from error
        except (ProviderRejected, BudgetExceeded) as error:
            log.warning("routing.unasked", error=type(error).__name__)
            return None
        return Asked(self.provider.name, judgement.holds, judgement.why[:WHY_CHARS])


def asker_for(workspace_id: UUID, provider: Provider) -> Asker | None:
    """Return the way to a provider; None for the local one, whose rules are the thresholds."""
    return None if provider.name == LOCAL else Asker(workspace_id, provider)


def _request(signal: Waiting, project: ProjectText) -> GenerateRequest:
    """Return the question; all that people wrote is in its documents, where models expect data."""
    return GenerateRequest(
        task=JUDGE,
        title="Judgement",
        project_name="",
        project_description="",
        sections=(),
        evidence=(),
        documents=MappingProxyType({"project": project.text, "signal": signal.text}),
        instructions=STATEMENT,
        schema=schema_of(Judgement),
        max_tokens=600,
    )


def _say(text: str) -> None:
    log.info("routing.retried", words=len(text))
