"""Secrets that go in are found nowhere that anybody reads: rows, logs, answers."""

import io
from collections.abc import Iterator
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import text

from pmflow_core.accounts import api_keys
from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.settings import get_settings
from tests.walls import rest
from tests.walls.rows import as_owner
from tests.walls.world import World

KEY = "sk-planted-provider-key-0123456789"
PASSWORD = "planted-otter-9-of-a-test"


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Provider keys in the settings of the process."""
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "COMPOSIO_API_KEY", "PMFLOW_CRON_SECRET"):
        monkeypatch.setenv(name, f"{KEY}-{name}")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def dump(world: World) -> str:
    """Return every row of every table, as a backup would hold it."""
    as_owner(world.connection)
    names = world.connection.scalars(
        text("select tablename from pg_tables where schemaname = 'public'")
    )
    rows: list[str] = []
    for name in list(names):
        statement = text(f"select t::text from {name} t")  # noqa: S608 a table's own name
        rows.extend(world.connection.scalars(statement))
    return "\n".join(rows)


def test_no_secret_is_found_in_rows_logs_or_answers(world: World, planted: None) -> None:
    del planted
    log = io.StringIO()
    structlog.configure(
        processors=[structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(log),
        cache_logger_on_first_use=False,
    )
    email = f"{uuid4().hex[:12]}@example.com"
    try:
        sent = {"email": email, "password": PASSWORD}
        signed = world.client.post("/api/auth/signup", json=sent)
        assert signed.status_code == 200
        token = signed.cookies["pmflow_session"]
        assert world.client.post("/api/auth/login", json=sent).status_code == 200
        wrong = {"email": email, "password": f"{PASSWORD}x"}
        assert world.client.post("/api/auth/login", json=wrong).status_code == 401
        with transaction(world.ours.workspace_id) as session:
            system = Actor.system(world.ours.workspace_id)
            made = api_keys.create_api_key(session, system, "planted", Role.ADMIN)
        shown = {"authorization": f"Bearer {made.key}"}
        answers = [
            world.client.get(rest.address(call, world), headers=shown).text
            for call in rest.calls()
            if call.method == "GET" and "stream" not in call.route.path
        ]
    finally:
        structlog.reset_defaults()
        world.client.cookies.clear()
    secrets = [KEY, PASSWORD, token, made.key, made.key.rpartition("_")[2]]
    places = {"rows": dump(world), "log": log.getvalue(), "answers": "\n".join(answers)}
    found = [
        (place, each[:12]) for each in secrets for place, text_ in places.items() if each in text_
    ]
    assert found == []
    assert email in places["rows"]


def test_a_session_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    sent = {"email": email, "password": PASSWORD}
    first = world.client.post("/api/auth/signup", json=sent)
    # another browser: signing in again in this one would end its session
    world.client.cookies.clear()
    again = world.client.post("/api/auth/login", json=sent)
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    tokens = {answer.cookies["pmflow_session"] for answer in (first, again)}
    world.client.cookies.clear()
    assert len(tokens) == 2
    assert all(len(token) >= 43 for token in tokens)
    with transaction(None) as session:
        assert all(accounts.find_session(session, token) for token in tokens)
