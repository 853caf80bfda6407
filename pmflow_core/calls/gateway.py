"""The one way to a provider: reserve, write down, send, settle; retried, and then the next one.

No transaction is open while a provider works. What a run was answered once it is never asked for
again: the same request is answered from the ledger, so a crash after the answer costs nothing. A
run that is replayed is answered from what its workspace recorded, and from nothing else; such an
answer costs nothing and makes no row.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from sqlalchemy.orm import Session

from pmflow_core.calls import breaker, ledger, replay
from pmflow_core.calls.answer_check import fault_of
from pmflow_core.calls.breaker import CircuitOpen
from pmflow_core.calls.budgets import Payer
from pmflow_core.calls.models import ProviderCall
from pmflow_core.calls.patience import USUAL, USUAL_CAPS, Caps, Patience, may_retry, pause_s
from pmflow_core.calls.request_key import Told, hash_of, read_call, told
from pmflow_core.db.patient import AWAY, patiently
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
T = TypeVar("T")


def _anybody(_session: Session) -> None:
    """Let every call pass."""


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a call is made; `guard` raises when its run is not the caller's any more."""

    payer: Payer
    step_key: str
    fence: int
    guard: Callable[[Session], None] = _anybody


def start(caller: Caller, call: ProviderCall) -> None:
    """Note that a call is being sent now; one that may not be sent any more returns its money.

    Raises:
        CallTakenBack: it was closed meanwhile.
    """

    def begin(session: Session) -> None:
        caller.guard(session)
        ledger.start(session, call.id)

    try:
        patiently(call.workspace_id, begin)
    except AWAY:
        # Nobody knows whether it was noted; the run's next claim closes it.
        raise
    except Exception as error:
        why = str(error)
        patiently(
            call.workspace_id,
            lambda session: ledger.fail(session, call, why, maybe_billed=False),
        )
        raise


@dataclass(frozen=True)
class Gateway:
    """A provider like any other, made of a list of them and the rules for paying and retrying."""

    providers: Sequence[Provider]
    caller: Caller
    say: Say
    patience: Patience = USUAL
    caps: Caps = USUAL_CAPS
    replay: bool = False
    sleep: Callable[[float], None] = field(default=time.sleep)

    @property
    def name(self) -> str:
        """The name of the first provider, which the run asked for."""
        return self.providers[0].name

    def bound_usd(self, request: GenerateRequest) -> Decimal:
        """Return the most a call may cost, in US dollars, whichever provider answers."""
        return max(provider.bound_usd(request) for provider in self._writers())

    def generate(self, request: GenerateRequest, on_text: OnText) -> Completion:
        """Return the first whole answer of the providers in their order.

        Raises:
            BudgetExceeded: a budget cannot take the next call; nothing was sent.
            ProviderUnavailable: none of them answered within the bounds.
            ProviderRejected: the last one refused the request, or nothing is recorded to replay.
        """
        writers = self._writers()
        if self.replay:
            return self._replayed(writers, request, on_text)
        for provider, following in pairwise(writers):
            try:
                return self._ask(provider, request, on_text)
            except (ProviderUnavailable, ProviderRejected) as error:
                self.say(f"{provider.name} gave no answer ({error}); asking {following.name}")
        return self._ask(writers[-1], request, on_text)

    def _writers(self) -> Sequence[Provider]:
        """Return the providers that write text; one that only has tools is passed over."""
        found = [one for one in self.providers if getattr(one, "writes_text", True)]
        if not found:
            raise ProviderRejected("This recipe names no provider that writes text.")
        return found

    def _replayed(
        self, writers: Sequence[Provider], request: GenerateRequest, on_text: OnText
    ) -> Completion:
        wanted = [told(provider.name, request) for provider in writers]

        def find(session: Session) -> ProviderCall:
            calls = (replay.find_recording(session, hash_of(one)) for one in wanted)
            call = next((one for one in calls if one is not None), None)
            if call is None:
                raise replay.miss(session, wanted)
            return call

        call = self._write(find)
        completion = _answer_of(call)
        on_text(completion.text)
        self.say(f"replayed call {call.id} of {call.provider}; nothing is paid")
        return completion

    def _ask(self, provider: Provider, request: GenerateRequest, on_text: OnText) -> Completion:
        asked = told(provider.name, request)
        known = self._recorded(hash_of(asked))
        if known is not None:
            on_text(known.text)
            self.say(f"{provider.name} had answered this already; nothing is paid twice")
            return known
        started = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._try(provider, request, on_text, asked, attempt)
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
        asked: Told,
        attempt: int,
    ) -> Completion:
        call = self._open(provider, request, asked, attempt)
        try:
            completion = provider.generate(request, on_text)
        except ProviderUnavailable as error:
            self._close(call, error, maybe_billed=error.maybe_billed)
            raise
        except Exception as error:
            # Whatever happened, a call that was sent is accounted for at its bound.
            self._close(call, error, maybe_billed=not isinstance(error, ProviderRejected))
            raise
        fault = fault_of(provider.name, request, completion)

        def settle(session: Session) -> None:
            breaker.note_success(session, provider.name)
            ledger.settle(session, call, completion, None if fault is None else str(fault))

        self._write(settle)
        if fault is not None:
            raise fault
        return completion

    def _open(
        self, provider: Provider, request: GenerateRequest, asked: Told, attempt: int
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
            request_hash=hash_of(asked),
            request=asked,
            reserved_usd=provider.bound_usd(request),
        )

        def reserve(session: Session) -> None:
            breaker.enter(session, provider.name)
            ledger.open_call(session, call, self.caps)

        self._write(reserve)
        start(self.caller, call)
        return call

    def _close(self, call: ProviderCall, error: Exception, *, maybe_billed: bool) -> None:
        def end(session: Session) -> None:
            # The breaker before the budgets, as when a call is opened.
            if isinstance(error, ProviderUnavailable):
                breaker.note_failure(session, call.provider)
            ledger.fail(session, call, str(error), maybe_billed=maybe_billed)

        self._write(end)

    def _recorded(self, key: str) -> Completion | None:
        run_id = self.caller.payer.run_id
        call = self._write(lambda session: ledger.find_answer(session, run_id, key))
        return None if call is None else _answer_of(call)

    def _write(self, work: Callable[[Session], T]) -> T:
        return patiently(self.caller.payer.workspace_id, work)


def _answer_of(call: ProviderCall) -> Completion:
    """Return the recorded answer; it costs nothing again."""
    calls = tuple(read_call(one) for one in call.tool_calls)
    reason = "tool_calls" if calls else "complete"
    return Completion(call.response or "", call.model or call.provider, FREE, reason, calls)
