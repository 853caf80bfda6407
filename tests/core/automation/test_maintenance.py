"""Chores: what they find and change, when they are due, and that doing them twice does no harm."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core import jobs
from pmflow_core.accounts.actor import Actor
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.activity import notifications
from pmflow_core.automation import chore_rows, chores, maintaining, maintenance, service
from pmflow_core.automation.models import Chore, MaintenanceRun
from pmflow_core.automation.settings import AutomationSettings
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.embedding.selection import LOCAL_MODEL
from pmflow_core.errors import PermissionDenied
from pmflow_core.events import bus
from pmflow_core.projects import service as projects
from pmflow_core.signals import bulk, links
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import DIMENSIONS, Signal, SignalProject, SignalStatus, Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.suggestions import service as suggestions
from pmflow_core.suggestions.models import Suggestion, SuggestionKind, SuggestionStatus
from pmflow_core.suggestions.schemas import Proposal
from pmflow_core.workspaces import repository
from tests.conftest import make_workspace

DEFAULTS = AutomationSettings()


def ingest(session: Session, actor: Actor, count: int, *, days_ago: float = 0) -> list[UUID]:
    rows = [SignalIn(text=f"Export fails, {place}") for place in range(count)]
    ids = signals.ingest(session, actor, rows, source=Source.API).ids
    age(session, ids, days_ago)
    return ids


def age(session: Session, ids: list[UUID], days: float) -> None:
    past = utcnow() - timedelta(days=days)
    session.execute(
        update(Signal).where(col(Signal.id).in_(ids)).values(created_at=past, received_at=past)
    )


def statuses(session: Session, ids: list[UUID]) -> list[SignalStatus]:
    found = session.execute(
        select(col(Signal.id), col(Signal.status)).where(col(Signal.id).in_(ids))
    )
    by_id = {row[0]: row[1] for row in found}
    return [by_id[each] for each in ids]


def test_orphans_are_new_old_and_unlinked(session: Session, admin: Actor) -> None:
    ingest(session, admin, 2, days_ago=15)
    ingest(session, admin, 1, days_ago=13)
    reviewed = ingest(session, admin, 1, days_ago=15)
    bulk.mark_reviewed(session, admin, reviewed)

    found = chores.find_orphans(session, admin, DEFAULTS)

    assert (found["orphans"], found["told"]) == (2, 0)


def test_editors_hear_of_ten_orphans_once_a_week(
    session: Session, admin: Actor, editor: Actor, viewer: Actor
) -> None:
    ingest(session, admin, 10, days_ago=15)

    told = [chores.find_orphans(session, admin, DEFAULTS)["told"] for _ in range(2)]

    assert told[0] >= 2
    assert told[1] == 0
    heard = notifications.list_notifications(session, editor)
    assert heard.items[0].text == "10 signals are new for more than 14 days."
    assert notifications.list_notifications(session, viewer).unread == 0


def test_archival_takes_what_was_linked_or_reviewed_long_ago(
    session: Session, admin: Actor
) -> None:
    ids = ingest(session, admin, 5, days_ago=100)
    project = projects.add_project(session, admin, "Mend the export")
    links.link_to_project(session, admin, ids[:2], project.id)
    long_ago = utcnow() - timedelta(days=91)
    session.execute(
        update(SignalProject)
        .where(col(SignalProject.signal_id) == ids[0])
        .values(created_at=long_ago)
    )
    bulk.mark_reviewed(session, admin, ids[2:4])
    age(session, [ids[3]], 29)

    found = chores.archive_batch(session, admin, DEFAULTS)

    assert found == {"linked": 1, "reviewed": 1}
    archived, linked, new = SignalStatus.ARCHIVED, SignalStatus.LINKED, SignalStatus.NEW
    reviewed = SignalStatus.REVIEWED
    assert statuses(session, ids) == [archived, linked, archived, reviewed, new]
    assert chores.archive_batch(session, admin, DEFAULTS) == {"linked": 0, "reviewed": 0}


def test_merges_are_proposed_into_the_older_of_two_and_once(session: Session, admin: Actor) -> None:
    said = ("The PDF export fails on large boards", "Export of large boards to PDF fails", "Hello")
    rows = [SignalIn(text=text) for text in said]
    ids = signals.ingest(session, admin, rows, source=Source.API).ids
    for place, signal_id in enumerate(ids):
        vector = [0.0] * DIMENSIONS
        vector[place // 2] = 1.0
        found = {"embedding": vector, "embedding_model": LOCAL_MODEL, "processed_at": utcnow()}
        session.execute(update(Signal).where(col(Signal.id) == signal_id).values(found))

    rounds = [chores.propose_merges(session, admin, None) for _ in range(2)]

    assert rounds == [(1, max(ids)), (0, max(ids))]
    assert chores.propose_merges(session, admin, max(ids)) == (0, None)
    (row,) = session.scalars(select(Suggestion)).all()
    assert (row.signal_id, row.other_signal_id) == (ids[1], ids[0])


def test_suggestions_that_nobody_decided_expire(session: Session, admin: Actor) -> None:
    first, second = ingest(session, admin, 2)
    made = suggestions.propose(
        session,
        admin,
        [
            Proposal(SuggestionKind.ARCHIVE_SIGNAL, 0.9, "It says nothing.", signal_id=each)
            for each in (first, second)
        ],
    )
    session.execute(
        update(Suggestion)
        .where(col(Suggestion.id) == made[0])
        .values(expires_at=utcnow() - timedelta(days=1))
    )

    assert chores.expire(session, admin)["suggestions"] == 1
    left = session.scalars(select(Suggestion).order_by(col(Suggestion.id))).all()
    assert sorted(row.status for row in left) == sorted(
        [SuggestionStatus.EXPIRED, SuggestionStatus.PROPOSED]
    )


def test_a_chore_is_due_when_it_never_was_begun_or_long_ago() -> None:
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    begun = {
        chore: now - every if chore is Chore.ORPHANS else now
        for chore, every in maintenance.EVERY.items()
        if chore is not Chore.EXPIRY
    }

    assert maintenance.due_chores(begun, now) == [Chore.ORPHANS, Chore.EXPIRY]


def test_a_chore_that_is_off_is_not_begun_by_schedule_but_on_demand(
    session: Session, admin: Actor
) -> None:
    maintenance.request_due(session, admin)
    begun = {row.chore for row in maintenance.list_rounds(session, admin)}
    assert begun == set(maintenance.EVERY) - {Chore.ARCHIVAL}

    asked = maintenance.request(session, admin, Chore.ARCHIVAL)

    (row,) = maintenance.list_rounds(session, admin, chore=Chore.ARCHIVAL)
    assert (row.id, row.by_hand) == (asked, True)


def test_asking_twice_while_a_round_is_open_is_one_round(session: Session, admin: Actor) -> None:
    first = maintenance.request(session, admin, Chore.ORPHANS)

    assert maintenance.request(session, admin, Chore.ORPHANS) == first
    assert first in maintenance.request_due(session, admin)
    assert len(maintenance.list_rounds(session, admin, chore=Chore.ORPHANS)) == 1


def test_a_round_is_done_once_and_shows_its_figures(admin: Actor) -> None:
    with transaction(admin.workspace_id) as session:
        asked = maintenance.request(session, admin, Chore.ORPHANS)

    done = maintaining.do_chore(admin.workspace_id, asked)

    assert done is not None
    assert done.finished_at is not None
    assert (done.result["orphans"], done.error) == (0, None)
    assert maintaining.do_chore(admin.workspace_id, asked) is None


@pytest.mark.parametrize("chore", list(maintenance.EVERY))
def test_every_chore_is_done_on_demand(admin: Actor, chore: Chore) -> None:
    with transaction(admin.workspace_id) as session:
        asked = maintenance.request(session, admin, chore)
    done = maintaining.do_chore(admin.workspace_id, asked)

    assert done is not None
    assert done.error is None
    with transaction(admin.workspace_id) as session:
        shown = {each.chore: each for each in maintenance.read_chores(session, admin)}
    assert shown[chore].last is not None
    assert shown[chore].last.result == done.result


def test_a_round_of_a_dead_worker_is_offered_and_done_again(admin: Actor) -> None:
    with transaction(admin.workspace_id) as session:
        asked = maintenance.request(session, admin, Chore.ORPHANS)
        assert chore_rows.claim_round(session, asked) is not None
    assert maintaining.do_chore(admin.workspace_id, asked) is None
    with transaction(admin.workspace_id) as session:
        session.execute(
            update(MaintenanceRun)
            .where(col(MaintenanceRun.id) == asked)
            .values(claimed_until=utcnow() - timedelta(hours=1))
        )
        assert asked in maintenance.request_due(session, admin)

    assert maintaining.do_chore(admin.workspace_id, asked) is not None


def test_rounds_of_long_ago_are_forgotten(session: Session, admin: Actor) -> None:
    for days, is_open in ((91, False), (91, True), (89, False)):
        past = utcnow() - timedelta(days=days)
        session.add(
            MaintenanceRun(
                workspace_id=admin.workspace_id,
                chore=Chore.EXPIRY,
                created_at=past,
                finished_at=None if is_open else past,
            )
        )
    session.flush()

    assert chores.expire(session, admin)["rounds"] == 1


def test_viewers_may_not_ask_for_chores(session: Session, viewer: Actor) -> None:
    with pytest.raises(PermissionDenied):
        maintenance.request(session, viewer, Chore.ORPHANS)


@pytest.fixture
def alone(database: Engine) -> Iterator[Actor]:
    """The system in a workspace with a signal, outside any test transaction."""
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    actor = Actor.system(make_workspace())
    with transaction(actor.workspace_id) as session:
        ingest(session, actor, 1)
    yield actor
    database.dispose()


def test_looking_in_parallel_and_again_opens_each_due_round_once(alone: Actor) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: maintaining.offer_due(), range(8)))

    with transaction(alone.workspace_id) as session:
        rows = maintenance.list_rounds(session, alone)
    assert sorted(row.chore for row in rows) == sorted(set(maintenance.EVERY) - {Chore.ARCHIVAL})


def test_workers_in_parallel_do_a_round_once(alone: Actor) -> None:
    with transaction(alone.workspace_id) as session:
        asked = maintenance.request(session, alone, Chore.ORPHANS)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: maintaining.do_chore(alone.workspace_id, asked), range(8)))

    assert sum(each is not None for each in done) == 1


def test_settings_of_a_workspace_are_kept_audited_and_survive_new_bounds(
    session: Session, admin: Actor
) -> None:
    service.write_settings(session, admin, AutomationSettings(daily_cap=3))
    service.write_settings(session, admin, AutomationSettings(daily_cap=3))
    assert service.read_settings(session, admin).daily_cap == 3
    (entry,) = session.scalars(
        select(AuditEntry).where(col(AuditEntry.action) == "settings.changed")
    ).all()
    assert entry.detail == {"daily_cap": {"before": 10, "after": 3}}

    stored = {"daily_cap": 5, "cooldown_min": 1_000_000, "no_such": 1}
    repository.save_setting(session, admin.workspace_id, "automation", stored, None)
    kept = service.read_settings(session, admin)
    assert (kept.daily_cap, kept.cooldown_min) == (5, 60)
