"""Providers and budgets: never a key, caps set by admins, and the same for programs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.insights.spending import MonthRead
from pmflow_core.settings import Settings
from pmflow_ui.state.providers import ProvidersState
from pmflow_ui.state.providers_rows import parse_cap, providers
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world
from tests.ui.tab import Tab, as_member, make_acme, words

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

HERE = "/api/workspaces/{workspace}"
MONTH = MonthRead(utcnow(), [])


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


def opened(actor: Actor) -> Tab:
    tab = Tab(actor, "/w/acme/settings/providers")
    tab.send(ProvidersState, "load")
    return tab


def settings(**given: object) -> Settings:
    return Settings.model_validate({"_env_file": None, **given})


def test_a_provider_without_its_setting_says_which_one_it_wants() -> None:
    rows = {row.name: row for row in providers(settings(), ["local", "mine"], MONTH)}
    assert rows["local"].is_usual
    assert rows["mine"].is_ready
    wanting = {name: row.missing for name, row in rows.items() if row.missing}
    assert set(wanting.values()) <= {"ANTHROPIC_API_KEY", "OPENAI_API_KEY", "COMPOSIO_API_KEY"}


def test_no_row_holds_a_key_or_an_address() -> None:
    secret, host = "sk-very-secret", "http://models.internal:1234/v1"
    given = settings(
        ANTHROPIC_API_KEY=secret, OPENAI_API_KEY=secret, OPENAI_BASE_URL=host, provider="anthropic"
    )
    assert given.anthropic_api_key == SecretStr(secret)
    told = repr(providers(given, [], MONTH))
    assert secret not in told
    assert "models.internal" not in told
    assert "$2 in, $10 out per million tokens" in told


@given(st.text(max_size=40))
def test_what_is_typed_is_a_cap_within_its_bounds_or_none(text: str) -> None:
    cap = parse_cap(text)
    assert cap is None or 0 <= cap <= 1_000_000


@pytest.mark.parametrize("text", ["1,5", "$1.50", " 1.5 "])
def test_an_amount_is_read_as_people_type_it(text: str) -> None:
    assert parse_cap(text) == Decimal("1.50")


def test_an_admin_sets_a_cap_and_a_wrong_one_is_explained(acme: Actor) -> None:
    tab = opened(acme)
    form = {"scope": "workspace", "subject": str(acme.workspace_id)}
    tab.send(ProvidersState, "change", str(acme.workspace_id))
    tab.send(ProvidersState, "save", {**form, "cap": "much"})
    state = tab.state(ProvidersState)
    assert "0 to 1,000,000 dollars" in state.error
    assert words(tab.send(ProvidersState, "save", {**form, "cap": "75"}))[0].startswith(
        "The cap is $75.00."
    )
    assert (state.changing, state.whole[0].words) == ("", "$0.00 of $75.00")


def test_an_editor_sees_budgets_and_sets_none(acme: Actor) -> None:
    editor = as_member(acme, Role.EDITOR)
    tab = opened(editor)
    form = {"scope": "workspace", "subject": str(acme.workspace_id), "cap": "75"}
    tab.send(ProvidersState, "save", form)
    assert tab.state(ProvidersState).whole[0].words == "$0.00 of $50.00"


def test_programs_read_budgets_and_only_admins_set_them(world: World) -> None:
    found = world.ask("viewer key", "GET", f"{HERE}/budgets").json()
    path = f"{HERE}/budgets/workspace/{found['workspace']['subject_id']}"
    assert len(found["projects"]) == 1
    for caller, status in {
        "anonymous": 401,
        "stranger": 404,
        "editor": 403,
        "editor key": 403,
    }.items():
        answer = world.ask(caller, "PUT", path, {"cap_usd": "9"})
        assert (caller, answer.status_code) == (caller, status)
    assert world.ask("admin", "PUT", path, {"cap_usd": "9"}).json()["cap_usd"] == 9.0
    assert world.ask("admin", "PUT", path, {"cap_usd": "-1"}).status_code == 422
    assert world.ask("viewer", "GET", f"{HERE}/spending").json()["cost_usd"] is not None
