"""What a step of a claimed run may do to the world while it works."""

import time
from dataclasses import dataclass, field

from pmflow_core.db.patient import patiently
from pmflow_core.providers.base import Provider
from pmflow_core.runs import progress, questions
from pmflow_core.runs.heartbeat import Heartbeat
from pmflow_core.runs.kinds import AnswerNeeded, QuestionDraft
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.status import LogLevel

SHOW_EVERY_S = 0.25


@dataclass
class _Draft:
    """What is being written and was not shown yet."""

    text: str = ""
    shown_at: float = 0.0
    all_shown: bool = True


@dataclass(frozen=True)
class StepTools:
    """Implements `kinds.Tools` with transactions of its own, each short and fenced."""

    provider: Provider
    run: StageRun
    holder: Holder
    step_key: str
    heart: Heartbeat
    _draft: _Draft = field(default_factory=_Draft)

    def log(self, level: LogLevel, text: str) -> None:
        """Add a line to the run's log, in a transaction of its own."""
        line = (level, text)
        patiently(
            self.run.workspace_id,
            lambda session: progress.write_log(
                session, self.holder, self.run, self.step_key, [line]
            ),
        )

    def write(self, piece: str) -> None:
        """Show a piece of what is being written, at most four times a second."""
        self._draft.text += piece
        self._draft.all_shown = False
        if time.monotonic() - self._draft.shown_at >= SHOW_EVERY_S:
            self._show()

    def begin_text(self) -> None:
        """Forget what an earlier try wrote."""
        self._draft.text = ""
        self._draft.all_shown = True

    def show_rest(self) -> None:
        """Show what was written last."""
        if not self._draft.all_shown:
            self._show()

    def ask(self, question: QuestionDraft) -> str:
        """Return a person's answer; raises AnswerNeeded while there is none."""
        answer = patiently(
            self.run.workspace_id,
            lambda session: questions.find_answer(
                session, self.run.id, self.step_key, question.key
            ),
        )
        if answer is None:
            raise AnswerNeeded(question)
        return answer

    def check(self) -> None:
        """Raise LeaseLost when the run is not this worker's any more, or was cancelled."""
        self.heart.check()

    def _show(self) -> None:
        patiently(
            self.run.workspace_id,
            lambda session: progress.show_live(
                session, self.holder, self.run, self.step_key, self._draft.text
            ),
        )
        self._draft.shown_at = time.monotonic()
        self._draft.all_shown = True
