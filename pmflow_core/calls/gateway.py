"""The one way to a provider: reserve, write down, send, settle; retried, and then the next one.

No transaction is open while a provider works. What a run was answered once it is never asked for
again: the same request is answered from the ledger, so a crash after the answer costs nothing.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pmflow_core.calls import breaker, ledger
from pmflow_core.calls.breaker import CircuitOpen
from pmflow_core.calls.budgets import Payer
from pmflow_core.calls.models import ProviderCall
from pmflow_core.calls.patience import USUAL, Patience, may_retry, pause_s
from pmflow_core.calls.request_key import request_hash
from pmflow_core.db.transaction import transaction
from pmflow_core.logs import get_logger
from pmflow_core.providers.base import (
    FREE,
    Completion,
    GenerateRequest,
    OnText,
    Provider,
    ProviderRejected,
    ProviderUnavailable,
)

log = get_logger(__name__)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a call is made."""

    payer: Payer
    step_key: str
    fence: int


@dataclass(frozen=True)
class Gateway:
    """A provider like any other, made of a list of them and the rules for paying and retrying."""

    providers: Sequence[Provider]
    caller: Caller
    say: Say
    patience: Patience = USUAL
    sleep: Callable[[float], None] = field(default=time.sleep)

    @property
    def name(self) -> str:
        """The name of the first provider, which the run asked for."""
        return self.providers[0].name

    def bound_usd(self, request: GenerateRequest) -> Decimal:
        """Return the most a call may cost, in US dollars, whichever provider answers."""
        return max(provider.bound_usd(request) for provider in self.providers)

    def generate(self, request: GenerateRequest, on_text: OnText) -> Completion:
        """Return the first whole answer of the providers in their order.

        Raises:
            BudgetExceeded: a budget cannot take the next call; nothing was sent.
            ProviderUnavailable: none of them answered within the bounds.
            ProviderRejected: the last one refused the request.
        """
        for position, provider in enumerate(self.providers):
            last = position == len(self.providers) - 1
            try:
                return self._ask(provider, request, on_text)
            except (ProviderUnavailable, ProviderRejected) as error:
                if last:
                    raise
                following = self.providers[position + 1].name
                self.say(f"{provider.name} gave no answer ({error}); asking {following}")
        raise ProviderRejected("This recipe names no provider.")

    def _ask(self, provider: Provider, request: GenerateRequest, on_text: OnText) -> Completion:
        key = request_hash(provider.name, request)
        known = self._recorded(key)
        if known is not None:
            on_text(known.text)
            self.say(f"{provider.name} had answered this already; nothing is paid twice")
            return known
        started = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._try(provider, request, on_text, key, attempt)
            except CircuitOpen:
                raise
            except ProviderUnavailable as error:
                pause = pause_s(attempt, error.retry_after_s, random.random)
                if not may_retry(self.patience, attempt, time.monotonic() - started, pause):
                    raise
                self.say(
                    f"try {attempt} of {provider.name} failed ({error}); again in {pause:.1f} s"
                )
                self.sleep(pause)

    def _try(
        self,
        provider: Provider,
        request: GenerateRequest,
        on_text: OnText,
        key: str,
        attempt: int,
    ) -> Completion:
        call = self._open(provider, request, key, attempt)
        try:
            completion = provider.generate(request, on_text)
        except ProviderUnavailable as error:
            self._close(call, error, maybe_billed=error.maybe_billed)
            raise
        except Exception as error:
            # Whatever happened, a call that was sent is accounted for at its bound.
            self._close(call, error, maybe_billed=not isinstance(error, ProviderRejected))
            raise
        with transaction(call.workspace_id) as session:
            breaker.note_success(session, provider.name)
            ledger.settle(session, call, completion)
        if completion.stop_reason != "complete":
            raise ProviderRejected(
                f"{provider.name}'s answer was {completion.stop_reason}; it is not used."
            )
        return completion

    def _open(
        self, provider: Provider, request: GenerateRequest, key: str, attempt: int
    ) -> ProviderCall:
        payer = self.caller.payer
        call = ProviderCall(
            workspace_id=payer.workspace_id,
            run_id=payer.run_id,
            project_id=payer.project_id,
            step_key=self.caller.step_key,
            fence=self.caller.fence,
            attempt=attempt,
            provider=provider.name,
            request_hash=key,
            reserved_usd=provider.bound_usd(request),
        )
        with transaction(call.workspace_id) as session:
            breaker.enter(session, provider.name)
            ledger.open_call(session, call)
        with transaction(call.workspace_id) as session:
            ledger.start(session, call.id)
        return call

    def _close(self, call: ProviderCall, error: Exception, *, maybe_billed: bool) -> None:
        with transaction(call.workspace_id) as session:
            # The breaker before the budgets, as when a call is opened.
            if isinstance(error, ProviderUnavailable):
                breaker.note_failure(session, call.provider)
            ledger.fail(session, call, str(error), maybe_billed=maybe_billed)

    def _recorded(self, key: str) -> Completion | None:
        payer = self.caller.payer
        with transaction(payer.workspace_id) as session:
            call = ledger.find_answer(session, payer.run_id, key)
        if call is None or call.response is None:
            return None
        return Completion(call.response, call.model or call.provider, FREE, "complete")
