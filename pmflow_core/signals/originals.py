"""The text that a signal was cut out of, and what stands around it there."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import NotFound
from pmflow_core.signals.models import Original, Signal

CONTEXT_CHARS = 400


@dataclass(frozen=True, slots=True)
class PassageRead:
    """A passage in its original: `before`, `text` and `after` follow each other there.

    `cut_before` and `cut_after` say that the original has more on that side.
    """

    name: str
    format: str
    before: str
    text: str
    after: str
    cut_before: bool
    cut_after: bool


def read_passage(session: Session, actor: Actor, number: int) -> PassageRead:
    """Return a signal's passage with what stands around it, cut where lines end.

    Raises:
        NotFound: there is no such signal, or it was not cut out of anything.
    """
    actor.require(Role.VIEWER)
    statement = (
        select(Original, col(Signal.starts_at), col(Signal.ends_at))
        .join(Signal, col(Signal.original_id) == col(Original.id))
        .where(col(Signal.number) == number)
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound(f"S-{number} was not cut out of a longer text.")
    original, starts_at, ends_at = found
    return _passage(original, starts_at or 0, ends_at or 0)


def _passage(original: Original, starts_at: int, ends_at: int) -> PassageRead:
    whole = original.text
    begin = max(0, starts_at - CONTEXT_CHARS)
    if begin:
        line_end = whole.find("\n", begin, starts_at)
        begin = line_end + 1 if line_end >= 0 else begin
    end = min(len(whole), ends_at + CONTEXT_CHARS)
    if end < len(whole):
        line_end = whole.rfind("\n", ends_at, end)
        end = line_end if line_end >= 0 else end
    return PassageRead(
        name=original.name,
        format=original.format,
        before=whole[begin:starts_at].lstrip("\n"),
        text=whole[starts_at:ends_at],
        after=whole[ends_at:end].rstrip(),
        cut_before=begin > 0,
        cut_after=end < len(whole),
    )
