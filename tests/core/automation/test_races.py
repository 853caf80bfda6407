"""Automation against itself and against a killed process, with real commits."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from pmflow_core import jobs, onboarding
from pmflow_core.accounts.actor import Actor
from pmflow_core.accounts.models import User
from pmflow_core.activity.models import Notification
from pmflow_core.automation import repository, service
from pmflow_core.automation.evaluating import evaluate
from pmflow_core.automation.models import AutomationEvent
from pmflow_core.automation.rules import ACTED
from pmflow_core.automation.settings import AutomationSettings, Depth
from pmflow_core.db.transaction import configure, make_engine, transaction
from pmflow_core.events import bus
from pmflow_core.projects.models import Project
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import StageRun
from pmflow_core.signals.models import SignalProject
from tests.core.automation.conftest import make_theme


@pytest.fixture
def admin(database: Engine, extensions: Extensions) -> Iterator[Actor]:
    """The system in an onboarded workspace, outside any test transaction."""
    del extensions
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    workspace_id = uuid4()
    with transaction(workspace_id) as session:
        owner = User(email=f"{workspace_id.hex}@example.com", name="Product lead")
        session.add(owner)
        session.flush()
        slug = f"auto-{workspace_id.hex[:8]}"
        onboarding.create_workspace(
            session, workspace_id, name="Automatic", slug=slug, admin_user_id=owner.id
        )
    yield Actor.system(workspace_id)
    database.dispose()


def fill(actor: Actor, themes: int, **settings: object) -> None:
    with transaction(actor.workspace_id) as session:
        wanted = AutomationSettings.model_validate({"depth": Depth.FULL_AUTO, **settings})
        service.write_settings(session, actor, wanted)
        for number in range(themes):
            make_theme(session, actor, f"Matter{number}")


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def counts(actor: Actor) -> dict[str, int]:
    tables = (Project, StageRun, SignalProject, Notification)
    with transaction(actor.workspace_id) as session:
        return {table.__name__: count(session, table) for table in tables}


def test_evaluations_in_parallel_act_once_per_theme(admin: Actor) -> None:
    fill(admin, 4)

    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(lambda _: evaluate(admin.workspace_id), range(10)))

    assert sum(each.done for each in found) == 8
    assert counts(admin) == {"Project": 4, "StageRun": 4, "SignalProject": 24, "Notification": 4}


def test_evaluations_in_parallel_stay_within_the_cap(admin: Actor) -> None:
    fill(admin, 6, depth="auto_create", daily_cap=3)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: evaluate(admin.workspace_id), range(10)))

    assert counts(admin)["Project"] == 3


def test_the_index_alone_keeps_a_theme_from_being_acted_on_twice(admin: Actor) -> None:
    """Whoever forgot the lock: the second transaction finds the row and is rolled back whole."""
    fill(admin, 1, depth="suggest")
    with transaction(admin.workspace_id) as session:
        (theme_id,) = service.themes_to_act_on(session, admin)
    evaluate(admin.workspace_id)
    with transaction(admin.workspace_id) as session:
        acted = session.scalars(
            select(AutomationEvent).where(AutomationEvent.verdict.in_(ACTED))  # type: ignore[attr-defined]
        ).all()
        again = [
            repository.add_act(session, AutomationEvent(**{**row.model_dump(), "id": uuid4()}))
            for row in acted
        ]
    assert [row.theme_id for row in acted] == [theme_id, theme_id]
    assert again == [False, False]


def _killed_at(url: str, workspace_id: UUID, table: str, nth: int) -> int:
    """Evaluate in a child that the kernel ends before its n-th insert into a table."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.WTERMSIG(status)
    engine = make_engine(url)
    configure(engine)
    seen = 0

    def before(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal seen
        seen += statement.startswith(f"INSERT INTO {table} ")
        if seen == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", before)
    evaluate(workspace_id)
    os._exit(0)


@pytest.mark.parametrize(
    ("table", "nth"),
    [
        ("projects", 1),
        ("signal_projects", 1),
        ("automation_events", 2),
        ("stage_runs", 1),
        ("run_steps", 1),
        ("automation_events", 3),
        ("automation_events", 4),
    ],
)
def test_a_killed_evaluation_leaves_no_theme_half_done(
    admin: Actor, database: Engine, table: str, nth: int
) -> None:
    fill(admin, 2)
    database.dispose()

    killed = _killed_at(
        database.url.render_as_string(hide_password=False), admin.workspace_id, table, nth
    )

    assert killed == signal.SIGKILL
    left = counts(admin)
    assert left["Project"] == left["StageRun"] == left["Notification"]
    assert left["SignalProject"] == 6 * left["Project"]
    assert left["Project"] < 2
    evaluate(admin.workspace_id)
    assert counts(admin) == {"Project": 2, "StageRun": 2, "SignalProject": 12, "Notification": 2}
