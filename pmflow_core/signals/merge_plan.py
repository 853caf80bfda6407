"""Who holds which link when signals become one, and when one leaves again; pure.

Each merged signal keeps a record of the links that were its own. Of several records of one project
(or persona) in a family the kept signal shows one; the others wait until theirs leaves. So the
order of merges and unmerges does not matter, and the rows come back as they were.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pmflow_core.signals.models import SignalStatus

Link = dict[str, Any]
"""A row that links a signal to something: `id`, `key` (what it is linked to) and the rest."""


@dataclass(frozen=True, slots=True)
class Joining:
    """What a merge does with the links of the one that is merged."""

    own: list[Link]
    """Its own, to be kept on record."""
    moving: list[UUID]
    dropped: list[UUID]
    """Those of which the kept signal has its own already."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What an unmerge does with links."""

    taken: list[UUID]
    """To be taken from the kept signal."""
    shown: list[Link]
    """To be given to the kept signal: links of those that stay, which waited behind the taken."""
    restored: list[Link]
    """To be given to the one that leaves."""


def join(kept: Iterable[Link], joining: Sequence[Link], recorded: Collection[UUID]) -> Joining:
    """Return how links move; `recorded` are those of signals merged into the joining one before."""
    known = {link["key"] for link in kept}
    return Joining(
        own=[link for link in joining if link["id"] not in recorded],
        moving=[link["id"] for link in joining if link["key"] not in known],
        dropped=[link["id"] for link in joining if link["key"] in known],
    )


def leave(
    kept: Sequence[Link],
    leaving: Iterable[Sequence[Link]],
    staying: Iterable[Sequence[Link]],
) -> Leaving:
    """Return how links move back.

    `leaving` are the records of the signal that leaves and of those merged into it, `staying` those
    of the others. A link that somebody took off the kept signal since was taken off all of them.
    """
    held = {link["key"] for link in kept}
    theirs = [link for links in leaving for link in links]
    waiting = [link for links in staying for link in links]
    ids = {link["id"] for link in theirs}
    taken = [link for link in kept if link["id"] in ids]
    gone = {link["key"] for link in taken}
    return Leaving(
        taken=[link["id"] for link in taken],
        shown=_one_each(waiting, gone),
        restored=_one_each(theirs, held),
    )


def _one_each(links: Iterable[Link], keys: Collection[UUID]) -> list[Link]:
    first: dict[UUID, Link] = {}
    for link in links:
        if link["key"] in keys:
            first.setdefault(link["key"], link)
    return list(first.values())


def status_after(before: SignalStatus, *, linked: bool) -> SignalStatus:
    """Return the status of a signal that had `before`, with or without a project now."""
    if linked and before in (SignalStatus.NEW, SignalStatus.REVIEWED):
        return SignalStatus.LINKED
    if not linked and before is SignalStatus.LINKED:
        return SignalStatus.REVIEWED
    return before
