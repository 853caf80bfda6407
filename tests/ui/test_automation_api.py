"""Who may read and change automation over REST, and what the routes answer."""

from collections.abc import Iterator

import pytest

from pmflow_core.accounts.actor import Actor
from pmflow_core.activity import notifications
from pmflow_core.activity.notifications import Notice
from pmflow_core.automation.evaluating import evaluate
from pmflow_core.automation.models import Chore
from pmflow_core.db.transaction import transaction
from pmflow_core.settings import BadSettings, get_settings
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from tests.contracts import promises
from tests.core.automation.conftest import make_theme
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]
AT = "/api/workspaces/{workspace}"
SHUT_OUT = {
    "anonymous": 401,
    "no key": 401,
    "revoked key": 401,
    "stranger": 404,
    "foreign key": 404,
}
READERS = {"viewer", "editor", "admin", "viewer key", "editor key"}
READS = ("/automation", "/automation/events", "/maintenance", "/notifications")
SECRET = "correct horse battery"


def test_every_route_is_in_the_table() -> None:
    own = ("/automation", "/maintenance", "/notifications")
    documented = {
        path.replace("{slug}", "{workspace}")
        for path in promises.endpoints()
        if any(word in path for word in own) and "/api/cron/" not in path
    }
    assert documented == {
        *(f"GET {AT}{path}" for path in READS),
        f"PUT {AT}/automation",
        f"POST {AT}/maintenance/{{chore}}",
        f"POST {AT}/notifications/read",
    }


@pytest.mark.parametrize("path", READS)
def test_members_read_and_nobody_else(world: World, path: str) -> None:
    for caller in world.callers:
        status = world.ask(caller, "GET", AT + path).status_code
        assert status == SHUT_OUT.get(caller, 200), caller


def test_only_admins_change_settings_and_only_editors_ask_for_chores(world: World) -> None:
    for caller in world.callers:
        put = world.ask(caller, "PUT", AT + "/automation", {"daily_cap": 4}).status_code
        post = world.ask(caller, "POST", AT + "/maintenance/orphans", {}).status_code
        reads = caller in READERS
        assert put == SHUT_OUT.get(caller, 200 if caller == "admin" else 403), caller
        may_ask = reads and not caller.startswith("viewer")
        assert post == SHUT_OUT.get(caller, 202 if may_ask else 403), caller


def test_settings_are_set_whole_and_faults_are_named(world: World) -> None:
    changed = world.ask("admin", "PUT", AT + "/automation", {"depth": "full_auto"}).json()
    assert (changed["depth"], changed["daily_cap"]) == ("full_auto", 10)
    assert world.ask("viewer", "GET", AT + "/automation").json() == changed

    for wrong in ({"daily_cap": 10_000}, {"depth": "all"}, {"prd_at": 2}, {"no_such": 1}):
        refused = world.ask("admin", "PUT", AT + "/automation", wrong)
        assert refused.status_code == 422, wrong
        assert refused.json()["code"] == "invalid"


def test_the_log_pages_with_a_cursor_and_filters(world: World) -> None:
    system = Actor.system(world.desk.actor.workspace_id)
    with transaction(system.workspace_id) as session:
        for number in range(3):
            make_theme(session, system, f"Matter{number}")
    evaluate(system.workspace_id)

    first = world.ask("viewer", "GET", AT + "/automation/events?limit=2").json()
    rest = world.ask(
        "viewer", "GET", AT + "/automation/events?cursor=" + first["next_cursor"]
    ).json()
    proposed = world.ask("viewer", "GET", AT + "/automation/events?verdict=suggested").json()

    assert len({each["id"] for each in first["items"] + rest["items"]}) == 6
    assert rest["next_cursor"] is None
    assert {each["action"] for each in proposed["items"]} == {"new_initiative"}
    assert proposed["items"][0]["facts"]["size"] == 6
    assert world.ask("viewer", "GET", AT + "/automation/events?cursor=x").status_code == 422


def test_a_person_reads_their_own_notifications_and_marks_them(world: World) -> None:
    system = Actor.system(world.desk.actor.workspace_id)
    with transaction(system.workspace_id) as session:
        for number in range(2):
            notifications.tell_members(
                session, system, Notice(f"matter-{number}", "shapes", f"Matter {number} grew.")
            )

    read = world.ask("editor", "GET", AT + "/notifications").json()["items"]
    assert [each["text"] for each in read] == ["Matter 1 grew.", "Matter 0 grew."]
    one = {"ids": [read[0]["id"]]}
    assert world.ask("admin", "POST", AT + "/notifications/read", one).json() == {"marked": 0}
    assert world.ask("editor", "POST", AT + "/notifications/read", one).json() == {"marked": 1}
    assert world.ask("editor", "POST", AT + "/notifications/read", {}).json() == {"marked": 1}
    assert world.ask("viewer", "GET", AT + "/notifications").json()["items"] == []
    assert world.ask("editor key", "GET", AT + "/notifications").json()["items"] == []


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The installation's secret for clocks outside of pmflow."""
    monkeypatch.setenv("PMFLOW_CRON_SECRET", SECRET)
    get_settings.cache_clear()
    yield SECRET
    get_settings.cache_clear()


@pytest.mark.parametrize("path", ["/api/cron/maintenance", "/api/cron/signal-automation"])
def test_without_a_secret_there_is_no_such_route(world: World, path: str) -> None:
    assert world.ask("anonymous", "POST", path).status_code == 404
    assert world.ask("admin", "POST", path, authorization="Bearer None").status_code == 404


@pytest.mark.parametrize("path", ["/api/cron/maintenance", "/api/cron/signal-automation"])
def test_only_the_secret_opens_the_clocks_routes(world: World, secret: str, path: str) -> None:
    for caller in world.callers:
        assert world.ask(caller, "POST", path).status_code == 401, caller
    for wrong in ("Bearer", f"Bearer {secret}x", f"Basic {secret}", "Bearer ü"):
        shown = world.ask("anonymous", "POST", path, authorization=wrong.encode("latin-1"))  # type: ignore[arg-type]
        assert shown.status_code == 401, wrong
    assert world.ask("anonymous", "POST", path, authorization=f"Bearer {secret}").status_code == 202


def test_the_clock_opens_what_is_due_once(world: World, secret: str) -> None:
    with transaction(world.desk.actor.workspace_id) as session:
        rows = [SignalIn(text="Export fails")]
        signals.ingest(session, world.desk.actor, rows, source=Source.API)
    shown = {"authorization": f"Bearer {secret}"}

    for _ in range(2):
        world.ask("anonymous", "POST", "/api/cron/maintenance", **shown)

    items = world.ask("viewer", "GET", AT + "/maintenance").json()["items"]
    begun = {each["chore"] for each in items if each["last"]}
    assert begun == {each["chore"] for each in items if each["is_on"]}
    assert Chore.AUTOMATION in begun


def test_a_secret_that_is_easily_guessed_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PMFLOW_CRON_SECRET", "short")
    get_settings.cache_clear()
    with pytest.raises(BadSettings, match="PMFLOW_CRON_SECRET"):
        get_settings()
    get_settings.cache_clear()
