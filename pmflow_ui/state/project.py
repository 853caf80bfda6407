"""The project page: why it is here, what is next, and everything that belongs to it."""

import re
from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import approvals, endings, reads, results
from pmflow_core.board import service as board
from pmflow_core.db import Session
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_core.signals.models import UNRATED
from pmflow_ui import toasts, watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event, opened
from pmflow_ui.state.covered import Covered, covered
from pmflow_ui.state.project_results import (
    FileLine,
    JuryView,
    TicketLine,
    file_line,
    jury_view,
    newest_prototype,
    plan_note,
    ticket_line,
)
from pmflow_ui.state.project_rows import (
    ActivityLine,
    DocumentLine,
    EvidenceLine,
    Head,
    RunLine,
    StageView,
    WhyView,
    activity_line,
    document_line,
    evidence_line,
    head_of,
    run_line,
    stages_of,
    why_of,
)
from pmflow_ui.state.themes_rows import rated_words

_ADDRESS = re.compile(r"^(/w/[^/]{1,64})/projects/([^/]{1,40})(?:/documents/([^/]{1,64}))?/?$")
TABS = (
    "overview",
    "documents",
    "evidence",
    "runs",
    "prototype",
    "validation",
    "tickets",
    "activity",
)


class Comment(BaseModel):
    """What is said with an approval or a rejection."""

    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""


class Address(BaseModel):
    """Where a page of a project is: the workspace's address, the key, the document's type."""

    base: str
    key: str
    kind: str = ""


def read_address(path: str) -> Address:
    """Return what a path names; raises NotFound for another page's."""
    found = _ADDRESS.match(path)
    if found is None:
        raise NotFound("There is no such page.")
    return Address(base=found.group(1), key=found.group(2), kind=found.group(3) or "")


class ProjectState(rx.State):
    """One project, kept live."""

    ready: rx.Field[bool] = rx.field(False)
    tab: rx.Field[str] = rx.field("overview")
    base: rx.Field[str] = rx.field("")
    head: rx.Field[Head] = rx.field(default_factory=Head)
    stages: rx.Field[list[StageView]] = rx.field(default_factory=list)
    why: rx.Field[WhyView] = rx.field(default_factory=WhyView)
    documents: rx.Field[list[DocumentLine]] = rx.field(default_factory=list)
    severities: rx.Field[list[tuple[str, int]]] = rx.field(default_factory=list)
    severity_words: rx.Field[str] = rx.field("")
    evidence: rx.Field[list[EvidenceLine]] = rx.field(default_factory=list)
    runs: rx.Field[list[RunLine]] = rx.field(default_factory=list)
    activity: rx.Field[list[ActivityLine]] = rx.field(default_factory=list)
    files: rx.Field[list[FileLine]] = rx.field(default_factory=list)
    prototype: rx.Field[str] = rx.field("")
    jury: rx.Field[JuryView] = rx.field(default_factory=JuryView)
    tickets: rx.Field[list[TicketLine]] = rx.field(default_factory=list)
    plan: rx.Field[str] = rx.field("")
    covered: rx.Field[list[Covered]] = rx.field(default_factory=list)
    deciding: rx.Field[str] = rx.field("")
    comment_error: rx.Field[str] = rx.field("")
    _key: str = ""
    _seen: dict[str, str] = {}  # noqa: RUF012 the framework copies defaults

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the project that the address names and keep it live."""
        actor = current_actor()
        address = read_address(self.router.url.path)
        tab = self.router.url.query_parameters.get("tab", "overview")
        self.tab = tab if tab in TABS else "overview"
        if address.key != self._key:
            self.ready = False
        project_id = await call(reads.find_project, actor, address.key)
        nudges = [topics.project(project_id), topics.board(actor.workspace_id)]
        watch.watch(self, nudges, ProjectState.refresh())
        self.base, self._key, self.deciding = address.base, address.key, ""
        await self._load(actor)
        self.ready = True

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Show the project as it is now."""
        if self._key:
            await self._load(current_actor())

    @event(allow=Role.EDITOR)
    async def start(self) -> EventSpec:
        """Run the stage in which the project is."""
        actor = current_actor()
        number = await call(_start, actor, self._project_id())
        await self._load(actor)
        return toasts.say(f"Run {number} is queued")

    @event(allow=Role.EDITOR)
    async def decide(self, which: Literal["approve", "reject", "archive", ""]) -> None:
        """Open the dialog that approves, rejects or archives; an empty word closes it."""
        if which == "approve":
            shown = await call(approvals.approval_effects, current_actor(), self._key)
            self._seen = shown.seen
            self.covered = [covered(each, self.base, self._key) for each in shown.documents]
        self.deciding = which
        self.comment_error = ""

    @event(allow=Role.EDITOR)
    async def close_decision(self, is_open: bool) -> None:
        """Close the dialog when it asks to."""
        if not is_open:
            self.deciding = ""

    @event(allow=Role.EDITOR)
    async def approve(self, form: Comment) -> EventSpec:
        """Approve what the project waits with, after its effects were shown."""
        actor = current_actor()
        reason = await call(_approve, actor, self._project_id(), form.comment, self._seen)
        self.deciding = ""
        await self._load(actor)
        return toasts.say(reason)

    @event(allow=Role.EDITOR)
    async def reject(self, form: Comment) -> EventSpec | None:
        """Send the project back; the reason is for whoever mends it."""
        if not form.comment:
            self.comment_error = "Say what has to change; the owner reads it."
            return None
        actor = current_actor()
        reason = await call(_reject, actor, self._project_id(), form.comment)
        self.deciding = ""
        await self._load(actor)
        return toasts.say(reason)

    @event(allow=Role.EDITOR)
    async def ship(self) -> EventSpec:
        """Say that the project is out."""
        return await self._end(_ship)

    @event(allow=Role.EDITOR)
    async def archive(self, form: Comment) -> EventSpec:
        """Put the project away, with the reason."""
        self.deciding = ""
        return await self._end(_archive, form.comment)

    @event(allow=Role.EDITOR)
    async def reopen(self) -> EventSpec:
        """Make an ended project active again."""
        return await self._end(_reopen)

    async def _end(self, verb: Callable[..., str], *given: str) -> EventSpec:
        actor = current_actor()
        reason = await call(verb, actor, self._project_id(), *given)
        await self._load(actor)
        return toasts.say(reason)

    def _project_id(self) -> UUID:
        if not self.head.id:
            raise NotFound("There is no such project.")
        return opened(self.head.id)

    async def _load(self, actor: Actor) -> None:
        read = await call(reads.read_project, actor, self._key)
        effects: tuple[str, ...] = ()
        if read.why.can_approve and actor.may(Role.EDITOR):
            found = await call(approvals.approval_effects, actor, read.key)
            effects = found.sentences
        self.head = head_of(read, self.base, actor.user_id)
        self.stages = stages_of(read.stages, read.why.mood)
        self.why = why_of(read, self.base, self.head.owner, effects)
        self.documents = [document_line(row, self.base, read.key) for row in read.documents]
        rated = {name: many for name, many in read.severities.items() if name != UNRATED}
        self.severities = list(rated.items())
        self.severity_words = rated_words(sum(rated.values()), read.signals)
        self.evidence = [evidence_line(row, self.base) for row in read.evidence]
        self.runs = [run_line(row, self.base) for row in read.runs]
        self.activity = [activity_line(row) for row in read.activity]
        await self._load_results(actor, read.id)

    async def _load_results(self, actor: Actor, project_id: UUID) -> None:
        files, jury, tickets = await call(_results, actor, project_id)
        self.files = [file_line(row, self.base) for row in files]
        self.prototype = newest_prototype(self.files)
        self.jury = jury_view(jury, self.base)
        self.tickets = [ticket_line(row) for row in tickets]
        self.plan = plan_note(tickets)


def _results(
    session: Session, actor: Actor, project_id: UUID
) -> tuple[
    tuple[results.ArtifactRead, ...], results.JuryRead | None, tuple[results.TicketRead, ...]
]:
    return (
        results.list_artifacts(session, actor, project_id),
        results.read_jury(session, actor, project_id),
        results.list_tickets(session, actor, project_id),
    )


def _start(session: Session, actor: Actor, project_id: UUID) -> int:
    return board.start_run(session, actor, project_id).number


def _approve(
    session: Session, actor: Actor, project_id: UUID, comment: str, seen: dict[str, str]
) -> str:
    return board.approve(session, actor, project_id, comment, seen).reason


def _reject(session: Session, actor: Actor, project_id: UUID, comment: str) -> str:
    return board.reject(session, actor, project_id, comment).reason


def _ship(session: Session, actor: Actor, project_id: UUID) -> str:
    return endings.ship(session, actor, project_id).reason


def _archive(session: Session, actor: Actor, project_id: UUID, reason: str) -> str:
    return endings.archive(session, actor, project_id, reason).reason


def _reopen(session: Session, actor: Actor, project_id: UUID) -> str:
    return endings.reopen(session, actor, project_id).reason
