"""Calls of tools: written down before they are made, and never made twice.

A tool may have effects, so the rules are stricter than for a model. What a tool gave back once it
is not asked for again by the same run and step. A call that was sent and never settled, because a
worker died, is sent again only when the tool reads and changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.calls import ledger
from pmflow_core.calls.costs import TOOL
from pmflow_core.calls.gateway import Caller, start
from pmflow_core.calls.models import CallStatus, ProviderCall
from pmflow_core.calls.replay import NotRecorded
from pmflow_core.calls.request_key import Told, hash_of
from pmflow_core.db.patient import patiently
from pmflow_core.errors import PmflowError
from pmflow_core.providers.base import ProviderRejected, ProviderUnavailable


class ToolCallInDoubt(ProviderRejected):
    """A tool may or may not have done its work, so it is not called again without a person."""

    code = "tool_call_in_doubt"


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """One call of a tool; the `nth` of this name with these arguments, from 1."""

    name: str
    arguments: Mapping[str, Any]
    nth: int
    read_only: bool


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave back, or the words with which it refused."""

    text: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ToolLedger:
    """Makes the calls of one step, each with its row."""

    caller: Caller
    replay: bool = False

    def call(self, request: ToolRequest, work: Callable[[], str]) -> ToolResult:
        """Return what the tool gave back, doing its work at most once.

        Raises:
            ToolCallInDoubt: it was called before, and nobody knows what came of it.
            NotRecorded: the run is replayed and no result is recorded.
        """
        told: Told = {
            "task": TOOL + request.name,
            "arguments": dict(request.arguments),
            "nth": request.nth,
            "step": self.caller.step_key,
        }

        def look(session: Session) -> ProviderCall | None:
            known = self._known(session, told)
            if known is not None and self.replay:
                self._copy(session, known)
            if known is None and not self.replay and not request.read_only:
                self._refuse_doubt(session, request.name)
            return known

        known = patiently(self.caller.payer.workspace_id, look)
        if known is not None:
            return ToolResult(known.response or "", known.status is CallStatus.FAILED)
        if self.replay:
            raise NotRecorded(
                f"No result of {request.name} with {dict(request.arguments)} is recorded."
            )
        return self._do(request, told, work)

    def _do(self, request: ToolRequest, told: Told, work: Callable[[], str]) -> ToolResult:
        row = self._row(told)
        patiently(row.workspace_id, lambda session: ledger.open_call(session, row))
        start(self.caller, row)
        try:
            result = ToolResult(work())
        except PmflowError as error:
            in_doubt = isinstance(error, ProviderUnavailable) and error.maybe_billed
            if in_doubt and not request.read_only:
                self._end_in_doubt(row, error)
                raise ToolCallInDoubt(_doubt(request.name)) from error
            result = ToolResult(str(error), failed=True)
        except Exception as error:
            self._end_in_doubt(row, error)
            raise
        failed, words = result.failed, result.text
        patiently(
            row.workspace_id,
            lambda session: ledger.settle_tool(session, row, words, failed=failed),
        )
        return result

    def _row(self, told: Told) -> ProviderCall:
        payer = self.caller.payer
        return ProviderCall(
            workspace_id=payer.workspace_id,
            run_id=payer.run_id,
            project_id=payer.project_id,
            step_key=self.caller.step_key,
            fence=self.caller.fence,
            attempt=1,
            provider=told["task"],
            request_hash=hash_of(told),
            request=told,
        )

    def _known(self, session: Session, told: Told) -> ProviderCall | None:
        """Return the call that settled this, in this run or, when replayed, in any."""
        statement = (
            select(ProviderCall)
            .where(
                col(ProviderCall.request_hash) == hash_of(told),
                col(ProviderCall.response).is_not(None),
            )
            .order_by(col(ProviderCall.id).desc())
            .limit(1)
        )
        if not self.replay:
            statement = statement.where(col(ProviderCall.run_id) == self.caller.payer.run_id)
        return session.scalar(statement)

    def _copy(self, session: Session, known: ProviderCall) -> None:
        """Note in the replayed run too what its tools found, for its checks look there."""
        row = self._row(known.request or {"task": known.provider})
        ledger.open_call(session, row)
        failed = known.status is CallStatus.FAILED
        ledger.settle_tool(session, row, known.response or "", failed=failed)

    def _refuse_doubt(self, session: Session, name: str) -> None:
        doubtful = session.scalar(
            select(col(ProviderCall.id))
            .where(
                col(ProviderCall.run_id) == self.caller.payer.run_id,
                col(ProviderCall.step_key) == self.caller.step_key,
                col(ProviderCall.provider) == TOOL + name,
                col(ProviderCall.status) == CallStatus.POSSIBLY_BILLED,
            )
            .limit(1)
        )
        if doubtful is not None:
            raise ToolCallInDoubt(_doubt(name))

    def _end_in_doubt(self, row: ProviderCall, error: Exception) -> None:
        patiently(
            row.workspace_id,
            lambda session: ledger.fail(session, row, str(error), maybe_billed=True),
        )


def _doubt(name: str) -> str:
    return (
        f"{name} was called and its answer never came: it may have done its work or not, so it is"
        " not called again. Look there, then run this step again."
    )
