"""Measures how much of what a document claims is cited, for the `evidence` gate."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pmflow_core.documents.claims import Claim, claims


@dataclass(frozen=True)
class Coverage:
    """Claims counted and cited, over all and by section; exempt claims are in neither number."""

    total: int
    cited: int
    exempt: int
    per_section: Mapping[str, tuple[int, int]]
    uncited: tuple[Claim, ...]

    @property
    def ratio(self) -> float:
        """Share of claims that are cited, 0 to 1.

        A document that claims nothing has shown no evidence and gets 0; one whose claims are
        all marked as assumptions has an owner for each and gets 1.
        """
        if self.total == 0:
            return 1.0 if self.exempt else 0.0
        return self.cited / self.total


def coverage(
    markdown: str, evidence_sections: Collection[str], known_numbers: Collection[int]
) -> Coverage:
    """Count the claims that cite at least one known signal; an unknown number is no citation."""
    known = frozenset(known_numbers)
    stated = claims(markdown, evidence_sections)
    counted = [claim for claim in stated if not claim.exempt]
    uncited = tuple(claim for claim in counted if known.isdisjoint(claim.citations))
    per_section: dict[str, tuple[int, int]] = {}
    for claim in counted:
        cited, total = per_section.get(claim.section, (0, 0))
        per_section[claim.section] = (cited + (claim not in uncited), total + 1)
    exempt = len(stated) - len(counted)
    return Coverage(len(counted), len(counted) - len(uncited), exempt, per_section, uncited)
