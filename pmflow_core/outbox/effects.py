"""The shape of an effect: what carries it out, and how it fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pmflow_core.errors import Unavailable


class EffectDelayed(Unavailable):
    """The effect cannot be carried out now; it is tried again later."""

    code = "effect_delayed"


@dataclass(frozen=True, slots=True)
class EffectKind:
    """A registered effect; `carry_out` gets the workspace and the payload.

    It may be called again after a crash and then does nothing that it did already. What it raises
    but EffectDelayed ends the effect as failed.
    """

    name: str
    carry_out: Callable[[UUID, Mapping[str, Any]], None]
