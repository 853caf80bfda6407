"""Tables of documents, their immutable versions, the citations inside them, and drafts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime

WORDS = (
    "(to_tsvector('english', left(content, 200000))"
    " || array_to_tsvector(ARRAY[workspace_id::text]))"
)


class Document(TenantRow, table=True):
    """A typed Markdown artifact of a project; its text lives in versions."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "project_id", "type"),
        in_same_workspace("project_id", "projects"),
    )

    project_id: UUID
    type: str = Field(description="research, prd, design_brief, …")
    latest: int = Field(default=0, description="Number of the newest version.")


class DocumentVersion(TenantRow, table=True):
    """One immutable text of a document."""

    __tablename__ = "document_versions"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("document_id", "number"),
        in_same_workspace("document_id", "documents"),
        Index(
            "uq_document_versions_step",
            "run_id",
            "step_key",
            unique=True,
            postgresql_where="run_id IS NOT NULL",
        ),
        # read by pmflow_documents_with_words only: row security keeps the app role off it
        Index("ix_document_versions_words", text(WORDS), postgresql_using="gin"),
    )

    document_id: UUID
    number: int
    content: str
    sha256: str
    template: str = Field(description="Key of the section table this text follows.")
    author_id: UUID | None = Field(default=None, foreign_key="users.id")
    author_name: str
    run_id: UUID | None = None
    step_key: str | None = None
    model: str | None = Field(default=None, description="Provider and model that wrote it.")


class DocumentDraft(TenantRow, table=True):
    """What one person is writing and has not saved as a version; nobody else sees it."""

    __tablename__ = "document_drafts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "project_id", "type", "user_id"),
        in_same_workspace("project_id", "projects", ondelete="CASCADE"),
    )

    project_id: UUID
    type: str
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    base: int = Field(description="Number of the version it was begun from.")
    content: str
    saved_at: datetime = Field(sa_type=UtcDateTime)


class Citation(TenantRow, table=True):
    """A link from a span of a version to the signal it rests on; offsets are code points."""

    __tablename__ = "citations"
    __table_args__ = (
        in_same_workspace("version_id", "document_versions"),
        in_same_workspace("signal_id", "signals"),
        Index(None, "workspace_id", "version_id"),
        Index(None, "workspace_id", "signal_id"),
    )

    version_id: UUID
    signal_id: UUID
    signal_number: int
    start: int = Field(description="Of the chip [S-n] in the version's text.")
    end: int
    quote: str | None = None
    quote_start: int | None = Field(default=None, description="In the signal's verbatim.")
    quote_end: int | None = None
