"""What pmflow does about themes by itself, on the database."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications
from pmflow_core.automation import facts, service
from pmflow_core.automation.evaluating import evaluate
from pmflow_core.automation.models import AutomaticAction, AutomationEvent, Verdict
from pmflow_core.automation.settings import AutomationSettings, Depth
from pmflow_core.board import endings
from pmflow_core.board import service as board
from pmflow_core.calls.models import Scope
from pmflow_core.db.base import TenantRow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PermissionDenied
from pmflow_core.projects.models import Project, ProjectStatus
from pmflow_core.providers.base import GenerateRequest
from pmflow_core.providers.scripted import ScriptedProvider
from pmflow_core.runs.extensions import Extensions, install
from pmflow_core.runs.models import StageRun
from pmflow_core.signals import bulk
from pmflow_core.signals.models import SignalProject
from pmflow_core.suggestions.models import Suggestion, SuggestionKind
from pmflow_core.themes.models import Theme, ThemeStatus
from pmflow_core.themes.repository import members
from tests.core.automation.conftest import make_theme

INITIATIVE = AutomaticAction.NEW_INITIATIVE
PRD = AutomaticAction.GENERATE_PRD
NOTIFY = AutomaticAction.NOTIFY


def settle(admin: Actor, **values: object) -> None:
    """Set what the workspace lets pmflow do."""
    with transaction(admin.workspace_id) as session:
        service.write_settings(session, admin, AutomationSettings.model_validate(values))


def theme(admin: Actor, label: str = "Export", **about: object) -> UUID:
    with transaction(admin.workspace_id) as session:
        return make_theme(session, admin, label, **about)  # type: ignore[arg-type]


def log(admin: Actor) -> list[tuple[AutomaticAction, Verdict]]:
    """Return what was done and skipped, the oldest first."""
    with transaction(admin.workspace_id) as session:
        found = service.list_events(session, admin, limit=200)
    return [(event.action, event.verdict) for event in reversed(found)]


def everything(admin: Actor, table: type[TenantRow]) -> list[TenantRow]:
    """Return all rows of a workspace, the oldest first."""
    with transaction(admin.workspace_id) as session:
        return list(session.scalars(select(table).order_by(col(table.id))))


def test_by_default_a_project_is_proposed_with_figures_and_nothing_is_made(admin: Actor) -> None:
    about = theme(admin)

    found = evaluate(admin.workspace_id)

    assert (found.done, found.suggested, found.notified) == (0, 1, 1)
    assert everything(admin, Project) == []
    (proposed,) = everything(admin, Suggestion)
    assert isinstance(proposed, Suggestion)
    assert (proposed.kind, proposed.theme_id) == (SuggestionKind.NEW_PROJECT, about)
    assert proposed.reason == (
        "6 signals from 6 customers, confidence 1.00; 3 and 0.70 are asked for."
    )


def test_looking_again_does_nothing_and_writes_its_reason_once(admin: Actor) -> None:
    theme(admin)
    for _ in range(4):
        evaluate(admin.workspace_id)

    assert log(admin) == [
        (NOTIFY, Verdict.DONE),
        (INITIATIVE, Verdict.SUGGESTED),
        (INITIATIVE, Verdict.ALREADY_ACTIONED),
    ]


def test_full_automation_makes_a_project_with_its_evidence_and_queues_its_prd(
    admin: Actor,
) -> None:
    settle(admin, depth="full_auto")
    theme(admin)

    evaluate(admin.workspace_id)

    (project,) = everything(admin, Project)
    (run,) = everything(admin, StageRun)
    assert isinstance(project, Project)
    assert isinstance(run, StageRun)
    assert (run.project_id, run.stage, run.requested_by) == (project.id, "prd", None)
    assert len(everything(admin, SignalProject)) == 6
    with transaction(admin.workspace_id) as session:
        done = [
            (event.action, event.project_key, event.run_number)
            for event in service.list_events(session, admin, verdicts=[Verdict.DONE])
        ]
    assert done == [
        (PRD, project.key, run.number),
        (INITIATIVE, project.key, None),
        (NOTIFY, None, None),
    ]


def test_creating_leaves_the_prd_to_a_person_after_the_pause(admin: Actor) -> None:
    settle(admin, depth="auto_create", cooldown_min=0)
    theme(admin)

    evaluate(admin.workspace_id)
    evaluate(admin.workspace_id)

    (project,) = everything(admin, Project)
    (proposed,) = everything(admin, Suggestion)
    assert isinstance(project, Project)
    assert isinstance(proposed, Suggestion)
    assert (proposed.kind, proposed.project_id) == (SuggestionKind.GENERATE_PRD, project.id)
    assert everything(admin, StageRun) == []


def test_the_pause_holds_the_second_action_back_and_says_so(admin: Actor) -> None:
    settle(admin, depth="auto_create")
    theme(admin)

    evaluate(admin.workspace_id)
    evaluate(admin.workspace_id)

    assert (PRD, Verdict.COOLDOWN) in log(admin)
    assert everything(admin, Suggestion) == []


def test_only_so_many_projects_a_day_and_the_others_say_why(admin: Actor) -> None:
    settle(admin, depth="auto_create", daily_cap=2, notify_at=None)
    for number in range(4):
        theme(admin, f"Matter{number}", size=3 + number)

    evaluate(admin.workspace_id)
    evaluate(admin.workspace_id)

    made = [project.name for project in everything(admin, Project) if isinstance(project, Project)]
    assert made == ["Matter3", "Matter2"]
    assert log(admin).count((INITIATIVE, Verdict.RATE_LIMITED)) == 2


def test_unsure_mild_and_small_themes_are_left_alone_each_with_its_reason(admin: Actor) -> None:
    settle(admin, min_severity="high", notify_at=None)
    theme(admin, "Loose", similarity=0.3)
    theme(admin, "Mild", severity="low")
    theme(admin, "Small", size=2)

    found = evaluate(admin.workspace_id)

    assert (found.themes, found.skipped, found.suggested) == (3, 3, 0)
    assert {verdict for _, verdict in log(admin)} == {
        Verdict.LOW_CONFIDENCE,
        Verdict.SEVERITY_FILTER,
        Verdict.BELOW_THRESHOLD,
    }


def test_a_skip_is_written_again_only_when_its_reason_changed(admin: Actor) -> None:
    settle(admin, notify_at=None)
    about = theme(admin, size=3)
    with transaction(admin.workspace_id) as session:
        first = session.scalars(members(about)).first()
        assert first is not None
        bulk.archive(session, admin, [first])
    evaluate(admin.workspace_id)
    evaluate(admin.workspace_id)
    settle(admin, notify_at=None, initiative_at=2, min_severity="critical")
    evaluate(admin.workspace_id)

    assert log(admin) == [
        (INITIATIVE, Verdict.BELOW_THRESHOLD),
        (INITIATIVE, Verdict.SEVERITY_FILTER),
    ]


def test_a_project_that_a_person_put_away_is_not_made_again(admin: Actor) -> None:
    settle(admin, depth="full_auto")
    about = theme(admin)
    with transaction(admin.workspace_id) as session:
        project = board.create_from_theme(session, admin, about)
        endings.archive(session, admin, project.id)

    evaluate(admin.workspace_id)

    assert len(everything(admin, Project)) == 1
    assert (INITIATIVE, Verdict.ALREADY_ACTIONED) in log(admin)


def test_a_persons_project_gets_its_prd_proposed_not_started(admin: Actor) -> None:
    settle(admin, depth="full_auto")
    about = theme(admin)
    with transaction(admin.workspace_id) as session:
        board.create_from_theme(session, admin, about)

    evaluate(admin.workspace_id)

    assert (PRD, Verdict.SUGGESTED) in log(admin)
    assert everything(admin, StageRun) == []


def test_a_prd_that_cannot_start_is_left_to_a_person_with_the_reason(
    admin: Actor, session: Session
) -> None:
    """A workspace without that stage: the project is made, and nothing is lost."""
    from pmflow_core.projects import repository as projects  # noqa: PLC0415

    projects.get_stage(session, "prd").enabled = False
    session.flush()
    settle(admin, depth="full_auto")
    theme(admin)

    evaluate(admin.workspace_id)

    (proposed,) = everything(admin, Suggestion)
    assert isinstance(proposed, Suggestion)
    assert proposed.reason.startswith("It could not be started by itself: There is no stage 'prd'")
    assert (PRD, Verdict.SUGGESTED) in log(admin)


class Costly(ScriptedProvider):
    """A provider that asks money."""

    @property
    def name(self) -> str:
        """Its name."""
        return "costly"

    def bound_usd(self, request: GenerateRequest) -> Decimal:
        """Return ten cents."""
        del request
        return Decimal("0.10")


def test_a_budget_that_cannot_pay_keeps_the_run_from_being_queued(
    admin: Actor, extensions: Extensions
) -> None:
    extensions.providers.add(Costly([]))
    install(replace(extensions, default_provider="costly"))
    settle(admin, depth="full_auto")
    with transaction(admin.workspace_id) as session:
        board.set_budget(session, admin, Scope.WORKSPACE, admin.workspace_id, Decimal("1.50"))
    theme(admin, "Export")
    theme(admin, "Search", size=7)

    evaluate(admin.workspace_id)

    assert len(everything(admin, Project)) == 2
    assert len(everything(admin, StageRun)) == 1
    assert log(admin).count((PRD, Verdict.BUDGET)) == 1


def test_editors_hear_of_a_grown_theme_once_and_viewers_do_not(
    admin: Actor, editor: Actor, viewer: Actor
) -> None:
    theme(admin, size=3)
    for _ in range(3):
        evaluate(admin.workspace_id)

    with transaction(admin.workspace_id) as session:
        told = {
            actor.role: notifications.list_notifications(session, actor)
            for actor in (admin, editor, viewer)
        }
    assert {role: read.unread for role, read in told.items()} == {
        Role.ADMIN: 1,
        Role.EDITOR: 1,
        Role.VIEWER: 0,
    }
    assert told[Role.EDITOR].items[0].text == "The theme “Export” has grown to 3 signals."


def test_a_theme_that_ended_meanwhile_is_passed_over(admin: Actor) -> None:
    about = theme(admin)
    with transaction(admin.workspace_id) as session:
        session.scalars(
            select(Theme).where(col(Theme.id) == about)
        ).one().status = ThemeStatus.RETIRED

    with transaction(admin.workspace_id) as session:
        assert service.act_on(session, admin, about) == []
        assert facts.find(session, admin, about) is None


def test_a_deleted_signal_does_not_keep_its_theme_from_becoming_a_project(admin: Actor) -> None:
    about = theme(admin)
    with transaction(admin.workspace_id) as session:
        gone = session.scalars(members(about)).first()
        assert gone is not None
        bulk.delete(session, admin, [gone])
        project = board.create_from_theme(session, admin, about)
        assert project.status is ProjectStatus.ACTIVE

    assert len(everything(admin, SignalProject)) == 5


def test_only_admins_change_what_pmflow_may_do(editor: Actor) -> None:
    with transaction(editor.workspace_id) as session, pytest.raises(PermissionDenied):
        service.write_settings(session, editor, AutomationSettings(depth=Depth.FULL_AUTO))


def test_the_log_pages_and_filters(admin: Actor) -> None:
    settle(admin, notify_at=None, daily_cap=2)
    for number in range(5):
        theme(admin, f"Matter{number}")
    evaluate(admin.workspace_id)

    with transaction(admin.workspace_id) as session:
        first = service.list_events(session, admin, limit=3)
        rest = service.list_events(session, admin, limit=3, below=first[-1].id)
        proposed = service.list_events(session, admin, verdicts=[Verdict.SUGGESTED])
        of_one = service.list_events(session, admin, theme_id=first[0].theme_id)
    assert len({event.id for event in (*first, *rest)}) == 5
    assert len(proposed) == 2
    assert [event.theme for event in of_one] == [first[0].theme]
    assert len(everything(admin, AutomationEvent)) == 5
