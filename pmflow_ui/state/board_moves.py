"""What a move would find and do, as the board and the move dialog show it before the click."""

from dataclasses import dataclass, field

from pmflow_core.board.schemas import GateRead, MovePreview


@dataclass(frozen=True)
class Check:
    """One gate's verdict as a line: glyph, name and what was found."""

    glyph: str
    title: str
    detail: str


@dataclass(frozen=True)
class Drop:
    """What the lane under a dragged card says; an empty lane says nothing."""

    lane: str = ""
    title: str = ""
    refusal: str = ""
    effect: str = ""
    checks: list[Check] = field(default_factory=list)


@dataclass(frozen=True)
class MoveOption:
    """One stage to move to: whether it would be refused, and what happens there."""

    stage: str
    name: str
    note: str
    refused: bool
    can_override: bool


def check_of(gate: GateRead) -> Check:
    """Return a gate as a line; one that only reports does not look like a refusal."""
    glyph = "completed" if gate.passed else ("todo" if gate.optional else "failed")
    return Check(glyph, gate.title, gate.detail)


def drop_of(preview: MovePreview) -> Drop:
    """Return what a lane says while the card is over it."""
    return Drop(
        lane=preview.to,
        title=f"Move {preview.key} to {preview.name}",
        refusal=preview.refusal or "",
        effect=". ".join(preview.effects),
        checks=[check_of(gate) for gate in preview.gates],
    )


def option_of(preview: MovePreview) -> MoveOption:
    """Return a stage as the move dialog offers it."""
    return MoveOption(
        stage=preview.to,
        name=preview.name,
        # The dialog says once, above the stages, what the gate found.
        note=preview.refusal.partition(":")[0] if preview.refusal else _note(preview),
        refused=preview.refusal is not None,
        can_override=preview.can_override,
    )


def _note(preview: MovePreview) -> str:
    if not preview.forward:
        return "Back; needs no gates. " + ". ".join(preview.effects)
    gates = len(preview.gates)
    passed = (
        ("No gates. ", "The gate passes. ")[gates] if gates < 2 else f"All {gates} gates pass. "
    )
    return passed + ". ".join(preview.effects)
