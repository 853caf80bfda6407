"""Documents as people read them: coverage per section, citations, faults and history."""

from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import statements
from pmflow_core.board.schemas import (
    CitationRead,
    DocumentRead,
    DocumentRow,
    DocumentState,
    EarlierText,
    SectionRead,
    VersionRow,
)
from pmflow_core.documents import repository as documents
from pmflow_core.documents.citations import check_quotes, cited_numbers
from pmflow_core.documents.coverage import Coverage, coverage
from pmflow_core.documents.markdown import sections
from pmflow_core.documents.models import Document, DocumentVersion
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project
from pmflow_core.runs import evidence


def document_rows(session: Session, project: Project) -> tuple[DocumentRow, ...]:
    """Return the project's documents with the coverage of their newest versions."""
    approved = statements.document_states(session, [project.id]).get(project.id, {})
    rows: list[DocumentRow] = []
    latest = documents.latest_versions(session, project.id)
    several = [document.id for document, version in latest if version.number > 1]
    shapes = statements.newest_of_templates(session, several) if several else {}
    for document, version in latest:
        found = measure(session, version)
        rows.append(
            DocumentRow(
                type=document.type,
                title=TEMPLATES[version.template].title,
                version=version.number,
                state=(DocumentState.APPROVED if approved[document.type] else DocumentState.DRAFT),
                cited=found.cited,
                claims=found.total,
                author=version.author_name,
                written_at=version.created_at,
                earlier=tuple(
                    EarlierText(TEMPLATES[template].title, number)
                    for template, number in shapes.get(document.id, ())
                    if template != version.template
                ),
            )
        )
    return tuple(rows)


def list_documents(session: Session, actor: Actor, project_id: UUID) -> tuple[DocumentRow, ...]:
    """Return a live project's documents with the coverage of their claims; raises NotFound."""
    actor.require(Role.VIEWER)
    return document_rows(session, projects.get_project(session, project_id))


def measure(session: Session, version: DocumentVersion) -> Coverage:
    """Return how much of what a version claims is cited with signals that exist."""
    known = evidence.citable(session, cited_numbers(version.content))
    return coverage(version.content, TEMPLATES[version.template].evidence_sections, known.keys())


def read_document(
    session: Session, actor: Actor, key: str, kind: str, number: int | None = None
) -> DocumentRead:
    """Return one version of a project's document, the newest without a number; raises NotFound."""
    actor.require(Role.VIEWER)
    project = projects.get_by_key(session, key)
    document, version = documents.get_version(session, project.id, kind, number)
    signals = evidence.citable(session, cited_numbers(version.content))
    verbatims = {number: signal.verbatim for number, signal in signals.items()}
    found = measure(session, version)
    return DocumentRead(
        project_key=project.key,
        project_name=project.name,
        type=document.type,
        title=TEMPLATES[version.template].title,
        version=version.number,
        latest=document.latest,
        content=version.content,
        sha256=version.sha256,
        model=version.model,
        author=version.author_name,
        written_at=version.created_at,
        sections=_sections(version, found),
        cited=found.cited,
        claims=found.total,
        uncited=tuple(claim.text for claim in found.uncited),
        faults=tuple(
            f"{fault.reason} In: “{fault.sentence}”"
            for fault in check_quotes(version.content, verbatims)
        ),
        citations=_citations(session, version),
        versions=_versions(session, project.id, document),
    )


def known_signals(session: Session, actor: Actor, content: str) -> frozenset[int]:
    """Return the numbers of the signals that a text cites and the workspace has."""
    actor.require(Role.VIEWER)
    return frozenset(evidence.citable(session, cited_numbers(content)))


def _sections(version: DocumentVersion, found: Coverage) -> tuple[SectionRead, ...]:
    bearing = {name.casefold() for name in TEMPLATES[version.template].evidence_sections}
    measured = {name.casefold(): share for name, share in found.per_section.items()}
    return tuple(
        SectionRead(
            section.title,
            *measured.get(section.title.casefold(), (0, 0)),
            section.title.casefold() in bearing,
        )
        for section in sections(version.content)
        if section.level == 2
    )


def _citations(session: Session, version: DocumentVersion) -> tuple[CitationRead, ...]:
    cited = documents.citations_of(session, version.id)
    signals = statements.shown_signals(session, {citation.signal_id for citation in cited})
    return tuple(
        CitationRead(
            signal=citation.signal_number,
            start=citation.start,
            end=citation.end,
            quote=citation.quote,
            quote_start=citation.quote_start,
            quote_end=citation.quote_end,
            verbatim=signals[citation.signal_id].verbatim,
            severity=signals[citation.signal_id].severity,
            segment=signals[citation.signal_id].segment,
            customer=signals[citation.signal_id].customer,
            received_at=signals[citation.signal_id].received_at,
        )
        for citation in cited
    )


def _versions(session: Session, project_id: UUID, document: Document) -> tuple[VersionRow, ...]:
    approved = statements.approved_hashes(session, project_id, document.type)
    found = documents.versions(session, document.id)
    stages = statements.stages_of_runs(session, {row.run_id for row in found if row.run_id})
    return tuple(
        VersionRow(
            number=version.number,
            title=TEMPLATES[version.template].title,
            stage=stages.get(version.run_id) if version.run_id else None,
            author=version.author_name,
            by_run=version.run_id is not None,
            written_at=version.created_at,
            approved=version.sha256 in approved,
        )
        for version in found
    )
