"""What is proposed, by whoever finds it out."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pmflow_core.suggestions.models import SuggestionKind


@dataclass(frozen=True, slots=True)
class Proposal:
    """An action for a person to decide on; `reason` is a sentence, `confidence` 0 to 1."""

    kind: SuggestionKind
    confidence: float
    reason: str
    signal_id: UUID | None = None
    other_signal_id: UUID | None = None
    project_id: UUID | None = None
    theme_id: UUID | None = None
    detail: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def key(self) -> str:
        """Return what makes a second proposal the same; a pair of signals has no order."""
        pair = sorted(str(each) for each in (self.signal_id, self.other_signal_id) if each)
        others = [str(each) for each in (self.project_id, self.theme_id) if each]
        return ":".join([*pair, *others])
