"""What runs left for a project besides documents, as its page draws it."""

from dataclasses import dataclass, field

from pmflow_core.board.results import ArtifactRead, JuryRead, TicketRead, VoteRead
from pmflow_ui.figures import counted, file_size

VOTES = {
    "approve": ("completed", "Approves"),
    "conditional": ("waiting", "Approves on conditions"),
    "reject": ("failed", "Rejects"),
}
STATUSES = {"open": "Open", "in_progress": "In progress", "done": "Done"}
PROTOTYPE = "prototype"


@dataclass(frozen=True)
class FileLine:
    """A file that a run made."""

    href: str
    name: str
    kind: str
    size: str
    run: str
    run_href: str
    at: str


@dataclass(frozen=True)
class VoteLine:
    """One persona's vote, why, and what would turn it."""

    persona: str
    glyph: str
    vote: str
    weight: str
    reasons: list[str]
    conditions: list[str]


@dataclass(frozen=True)
class JuryView:
    """The newest jury; `stale` says that a document changed since it voted."""

    score: str = ""
    percent: int = 0
    verdict: str = ""
    glyph: str = "todo"
    run: str = ""
    run_href: str = ""
    at: str = ""
    stale: bool = False
    votes: list[VoteLine] = field(default_factory=list)


@dataclass(frozen=True)
class TicketLine:
    """A ticket of the plan."""

    mark: str
    title: str
    description: str
    acceptance: list[str]
    covers: list[str]
    estimate: str
    status: str


def file_line(read: ArtifactRead, base: str) -> FileLine:
    """Return a file as a row; `base` is the workspace's address."""
    return FileLine(
        href=f"/api/runs/{read.run_id}/artifacts/{read.id}",
        name=read.name,
        kind=read.kind,
        size=file_size(read.size),
        run=f"Run {read.run_number}",
        run_href=f"{base}/runs/{read.run_id}",
        at=read.at.isoformat(),
    )


def newest_prototype(files: list[FileLine]) -> str:
    """Return where the newest prototype is, or nothing."""
    return next((line.href for line in files if line.kind == PROTOTYPE), "")


def jury_view(read: JuryRead | None, base: str) -> JuryView:
    """Return the newest jury as its tab shows it; an empty one where there was none."""
    if read is None:
        return JuryView()
    glyph, verdict = VOTES[read.verdict]
    return JuryView(
        score=f"{read.score:.2f}",
        percent=round(100 * read.score),
        verdict=f"The jury {verdict[0].lower()}{verdict[1:]}",
        glyph=glyph,
        run=f"Run {read.run_number}",
        run_href=f"{base}/runs/{read.run_id}",
        at=read.at.isoformat(),
        stale=not read.is_current,
        votes=[_vote_line(vote) for vote in read.votes],
    )


def _vote_line(vote: VoteRead) -> VoteLine:
    glyph, words = VOTES[vote.vote]
    return VoteLine(
        persona=vote.persona,
        glyph=glyph,
        vote=words,
        weight="" if vote.weight == 1 else f"counts {vote.weight:g} times",
        reasons=list(vote.reasons),
        conditions=list(vote.conditions),
    )


def ticket_line(ticket: TicketRead) -> TicketLine:
    """Return a ticket as a row."""
    return TicketLine(
        mark=f"T-{ticket.number}",
        title=ticket.title,
        description=ticket.description,
        acceptance=list(ticket.acceptance),
        covers=list(ticket.covers),
        estimate=counted(ticket.estimate, "point"),
        status=STATUSES.get(ticket.status, ticket.status),
    )


def plan_note(tickets: tuple[TicketRead, ...]) -> str:
    """Return how much work the plan holds."""
    points = sum(ticket.estimate for ticket in tickets)
    return f"{counted(len(tickets), 'ticket')}, {counted(points, 'point')}" if tickets else ""
