"""From which cosine on two texts count as alike: one table for each embedding model.

A cosine means something only within one model, so whoever compares asks for the values of the
model that made the vectors. How they were found: docs/explanation/duplicates.md.
"""

from dataclasses import dataclass

from pmflow_core.embedding.selection import LOCAL_MODEL as MINILM


@dataclass(frozen=True, slots=True)
class DuplicateThresholds:
    """Cosines of two signals, and one likeness by meaning and words; 0 to 1."""

    suggest: float
    """From here on a merge is suggested, whatever the words."""
    neighbour: float
    """From here on one of the five nearest by meaning and words is a candidate too."""
    worth_asking: float
    """From this likeness by meaning and words on, such a neighbour is put to a person."""
    near_identical: float
    """From here on, with the same words and numbers, a suggestion is called near-identical."""


@dataclass(frozen=True, slots=True)
class RoutingThresholds:
    """Similarities of a signal to a project, 0 to 1."""

    new_below: float
    """Below, the signal is a candidate for a new initiative."""
    link_from: float
    """From here on, a link to the project is suggested."""

    @property
    def middle(self) -> float:
        """Return what decides between the two where no provider can be asked."""
        return (self.new_below + self.link_from) / 2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All thresholds of one embedding model."""

    duplicates: DuplicateThresholds
    routing: RoutingThresholds


BY_MODEL = {
    MINILM: Thresholds(
        DuplicateThresholds(suggest=0.80, neighbour=0.40, worth_asking=0.55, near_identical=0.95),
        RoutingThresholds(new_below=0.45, link_from=0.60),
    ),
}
UNMEASURED = BY_MODEL[MINILM]
"""For a model that nobody measured yet. Nothing is done by itself on a cosine, of any model."""


def thresholds_for(model: str) -> Thresholds:
    """Return the thresholds of the model whose name is stored beside the vectors."""
    return BY_MODEL.get(model, UNMEASURED)
