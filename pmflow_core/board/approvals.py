"""What an approval would set in motion, said before anybody decides."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.documents import repository as documents
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.projects import repository as projects
from pmflow_core.recipes import service as recipes


@dataclass(frozen=True, slots=True)
class BoundDocument:
    """A document version that an approval binds, by the hash of its text."""

    type: str
    title: str
    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ApprovalEffects:
    """Where the project would go, which run would start there, and what would be bound."""

    stage: str
    to: str | None
    starts: str | None
    documents: tuple[BoundDocument, ...]

    @property
    def seen(self) -> dict[str, str]:
        """Return what somebody who was shown this approves: document type to SHA-256."""
        return {document.type: document.sha256 for document in self.documents}


def approval_effects(session: Session, actor: Actor, key: str) -> ApprovalEffects:
    """Return what approving a project would do now; raises NotFound."""
    actor.require(Role.VIEWER)
    project = projects.get_by_key(session, key)
    here = projects.stage_of(session, project)
    there = projects.next_stage(session, here)
    found = None if there is None else recipes.find_spec(session, there.slug)
    return ApprovalEffects(
        stage=here.name,
        to=None if there is None else there.name,
        starts=None if found is None else found[1].title,
        documents=tuple(
            BoundDocument(
                document.type, TEMPLATES[version.template].title, version.number, version.sha256
            )
            for document, version in documents.latest_versions(session, project.id)
        ),
    )
