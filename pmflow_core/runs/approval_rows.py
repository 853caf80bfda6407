"""Statements over approvals: which stand, and which an edit has voided."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.documents import repository as documents
from pmflow_core.runs.models import Approval


def newest_versions(session: Session, project_id: UUID) -> dict[str, str]:
    """Return the SHA-256 of the newest version of each of the project's documents, by type."""
    return {
        document.type: version.sha256
        for document, version in documents.latest_versions(session, project_id)
    }


def list_approvals(session: Session, project_id: UUID) -> list[Approval]:
    """Return every verdict of a person on the project, oldest first."""
    statement = (
        select(Approval).where(col(Approval.project_id) == project_id).order_by(col(Approval.id))
    )
    return list(session.scalars(statement))


def standing(
    session: Session, project_id: UUID, stage: str, versions: Mapping[str, str]
) -> list[Approval]:
    """Return the approvals at a stage that cover exactly `versions`, one per person.

    An edit voids an approval, and so does a later rejection.
    """
    by_person: dict[str, Approval] = {}
    for verdict in list_approvals(session, project_id):
        if verdict.stage != stage:
            continue
        if not verdict.approved:
            by_person.clear()
        elif verdict.versions == versions:
            by_person[person(verdict.approver_id, verdict.approver_name)] = verdict
    return list(by_person.values())


def voided_by(
    session: Session, project_id: UUID, kind: str, old_sha256: str, versions: Mapping[str, str]
) -> list[Approval]:
    """Return the approvals that stood until the document `kind` was no longer `old_sha256`.

    `versions` are the newest ones, with the edit.
    """
    before = {**versions, kind: old_sha256}
    return [
        verdict
        for verdict in list_approvals(session, project_id)
        if verdict.approved
        and verdict.versions.get(kind) == old_sha256
        and all(before.get(bound) == digest for bound, digest in verdict.versions.items())
    ]


def names(found: Sequence[Approval]) -> tuple[str, ...]:
    """Return who approved; two people of one name stay two."""
    counts: Counter[str] = Counter()
    told: list[str] = []
    for each in found:
        counts[each.approver_name] += 1
        again = counts[each.approver_name]
        told.append(each.approver_name if again == 1 else f"{each.approver_name} ({again})")
    return tuple(told)


def person(user_id: UUID | None, name: str) -> str:
    """Return what makes two approvals one person's: the user, or the name of a key or program."""
    return str(user_id) if user_id else name
