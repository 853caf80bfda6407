"""What an approval would set in motion and what changed since the last one, said beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board.schemas import GateRead
from pmflow_core.board.why import read_gates
from pmflow_core.documents import repository as documents
from pmflow_core.documents.diff import Change, DiffLine, diff
from pmflow_core.documents.models import Document, DocumentVersion
from pmflow_core.documents.requirements import requirement_ids
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project
from pmflow_core.recipes import service as recipes
from pmflow_core.runs import approval_rows
from pmflow_core.runs.kinds import Verdict
from pmflow_core.runs.models import Approval
from pmflow_core.runs.scene import look

CONTEXT = 2
LINES_SHOWN = 400


@dataclass(frozen=True, slots=True)
class BoundDocument:
    """A document version that an approval binds, and what changed since it was last approved.

    `approved_version` is None for a document that nobody has approved; all of it is new then, and
    `lines` is empty. `lines` holds changed lines with two around them, at most 400.
    """

    type: str
    title: str
    version: int
    sha256: str
    approved_version: int | None
    added: int
    removed: int
    lines: tuple[DiffLine, ...]
    requirements_added: tuple[str, ...]
    requirements_dropped: tuple[str, ...]

    @property
    def change(self) -> str:
        """Return in a few words what changed since the last approval."""
        if self.approved_version is None:
            return "new"
        if not self.added and not self.removed:
            return "unchanged"
        dropped = ", ".join(self.requirements_dropped)
        return f"+{self.added} −{self.removed} lines since v{self.approved_version}" + (
            f", {dropped} dropped" if dropped else ""
        )


@dataclass(frozen=True, slots=True)
class ApprovalEffects:
    """Where the project would go, which run would start there, and what would be bound.

    `approved_by` are those whose approval counts already; `waits_for` says how many are missing
    where a gate asks for more than one.
    """

    key: str
    stage: str
    to: str | None
    starts: str | None
    documents: tuple[BoundDocument, ...]
    gates: tuple[GateRead, ...] = ()
    approved_by: tuple[str, ...] = ()
    waits_for: str | None = None
    others: int = 0  # people who have to approve besides whoever does now

    @property
    def seen(self) -> dict[str, str]:
        """Return what somebody who was shown this approves: document type to SHA-256."""
        return {document.type: document.sha256 for document in self.documents}

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return in words what is set in motion, one each."""
        if self.others:
            return (f"Counts as your approval; {self.stays}",)
        if not self.to:
            return (f"{self.stage} is the last stage",)
        run = (
            f"Starts a run: {self.starts}" if self.starts else f"Starts no run: {self.to} is manual"
        )
        return f"Moves {self.key} to {self.to}", run

    @property
    def stays(self) -> str:
        """Return in words what the project waits for where one more approval is not enough."""
        people = (
            "1 more person approves" if self.others == 1 else f"{self.others} more people approve"
        )
        return f"{self.key} stays in {self.stage} until {people}"


def approval_effects(session: Session, actor: Actor, key: str) -> ApprovalEffects:
    """Return what approving a project would do now; raises NotFound."""
    actor.require(Role.VIEWER)
    project = projects.get_by_key(session, key)
    here = projects.stage_of(session, project)
    there = projects.next_stage(session, here)
    found = None if there is None else recipes.find_spec(session, there.slug)
    scene = look(session, project)
    lacking = None if scene is None else scene.lacks_approval
    versions = approval_rows.newest_versions(session, project.id)
    standing = approval_rows.standing(session, project.id, here.slug, versions)
    return ApprovalEffects(
        key=project.key,
        stage=here.name,
        to=None if there is None else there.name,
        starts=None if found is None else found[1].title,
        documents=_bound(session, project),
        gates=() if scene is None else read_gates([gate.as_json() for gate in scene.gates]),
        approved_by=approval_rows.names(standing),
        waits_for=None if lacking is None else f"{lacking.title}: {lacking.detail}",
        others=0 if lacking is None else _others(lacking, len(standing)),
    )


def _others(lacking: Verdict, approved: int) -> int:
    """How many people are missing after one more approval."""
    wanted = lacking.inputs["params"].get("approvers", 1)
    return max(0, int(wanted) - approved - 1)


def _bound(session: Session, project: Project) -> tuple[BoundDocument, ...]:
    verdicts = [
        verdict for verdict in approval_rows.list_approvals(session, project.id) if verdict.approved
    ]
    return tuple(
        _changed(session, verdicts, document, version)
        for document, version in documents.latest_versions(session, project.id)
    )


def _changed(
    session: Session, verdicts: Sequence[Approval], document: Document, version: DocumentVersion
) -> BoundDocument:
    approved = _last_approved(session, verdicts, document)
    before = approved.content if approved else ""
    found = diff(before, version.content)
    now, then = requirement_ids(version.content), requirement_ids(before)
    return BoundDocument(
        type=document.type,
        title=TEMPLATES[version.template].title,
        version=version.number,
        sha256=version.sha256,
        approved_version=approved.number if approved else None,
        added=found.added,
        removed=found.removed,
        lines=_around_changes(found.lines) if approved else (),
        requirements_added=tuple(one for one in now if one not in then),
        requirements_dropped=tuple(one for one in then if one not in now),
    )


def _last_approved(
    session: Session, verdicts: Sequence[Approval], document: Document
) -> DocumentVersion | None:
    digest = next(
        (
            each.versions[document.type]
            for each in reversed(verdicts)
            if document.type in each.versions
        ),
        None,
    )
    if digest is None:
        return None
    found = documents.versions(session, document.id)
    return next((version for version in found if version.sha256 == digest), None)


def _around_changes(lines: Sequence[DiffLine]) -> tuple[DiffLine, ...]:
    shown = {
        near
        for position, line in enumerate(lines)
        if line.change is not Change.SAME
        for near in range(position - CONTEXT, position + CONTEXT + 1)
    }
    return tuple(line for position, line in enumerate(lines) if position in shown)[:LINES_SHOWN]
