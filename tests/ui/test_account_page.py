"""The pages of one's own account, of a forgotten password, and of signing in."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError
from reflex.event import Event
from sqlalchemy import Connection

from pmflow_core.accounts import resets, service, sessions
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import OAuthAccount, User
from pmflow_core.accounts.schemas import Client, NewSession
from pmflow_core.db.transaction import transaction
from pmflow_core.events import topics
from pmflow_core.mail import setup
from pmflow_core.settings import Settings, get_settings
from pmflow_core.workspaces.models import Membership
from pmflow_ui import watch
from pmflow_ui.access import Access
from pmflow_ui.forms import COOKIE, RefusedForm, pack
from pmflow_ui.state.account import AccountState, NewName
from pmflow_ui.state.reset import ResetState
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.sign import SignState
from pmflow_ui.wall import permission_of
from pmflow_ui.watch import Hub
from tests.conftest import make_workspace
from tests.ui.conftest import run
from tests.ui.tab import Tab, words
from tests.ui.test_watch import Sockets

URL = "https://pmflow.example"


@pytest.fixture
def mine(connection: Connection) -> NewSession:
    """A person's session."""
    del connection
    with transaction(None) as session:
        user = service.create_user(session, "lead@example.com", "tidy-otter-9", "Product lead")
        return service.open_session(session, user, Client("192.0.2.1", "Firefox Linux"))


@pytest.fixture
def tab(mine: NewSession) -> Tab:
    """A tab of that person at their account."""
    return at_account(mine)


def at_account(mine: NewSession, *answers: RefusedForm) -> Tab:
    with transaction(None) as session:
        found = service.find_session(session, mine.token)
    assert found is not None
    actor = Actor(UUID(int=0), Role.VIEWER, mine.user.id)
    cookies = "; ".join(f"{COOKIE}={pack(each)}" for each in answers)
    return Tab(actor, "/account", found.session_id, cookies)


def load(tab: Tab) -> AccountState:
    tab.send(AccountState, "load")
    return tab.state(AccountState)


def another(mine: NewSession) -> UUID:
    with transaction(None) as session:
        token = service.open_session(session, mine.user).token
        session.flush()
        found = service.find_session(session, token)
    assert found is not None
    return found.session_id


def test_the_account_shows_who_one_is_and_where_one_is_signed_in(tab: Tab) -> None:
    state = load(tab)
    assert (state.ready, state.name, state.email) == (True, "Product lead", "lead@example.com")
    (line,) = state.sessions
    assert (line.device, line.address, line.is_current) == ("Firefox on Linux", "192.0.2.1", True)
    assert (state.providers, state.stuck) == ([], "")


def test_a_name_is_saved_and_shown_at_once(tab: Tab) -> None:
    load(tab)
    assert words(tab.send(AccountState, "rename", {"name": " Head of product "}))
    assert tab.state(AccountState).name == "Head of product"
    assert tab.state(SessionState).user_name == "Head of product"
    tab.send(AccountState, "rename", {"name": " "})
    assert "at least one" in tab.state(AccountState).name_error


def test_a_name_of_any_length_is_not_read() -> None:
    with pytest.raises(ValidationError):
        NewName(name="x" * 10_000)


def test_other_browsers_are_signed_out_one_by_one_or_all(tab: Tab, mine: NewSession) -> None:
    first, _, _ = another(mine), another(mine), another(mine)
    assert len(load(tab).sessions) == 4
    assert words(tab.send(AccountState, "end", str(first))) == ["That browser is signed out."]
    said = words(tab.send(AccountState, "end_others"))
    assert said == ["2 other browsers are signed out."]
    assert [line.is_current for line in tab.state(AccountState).sessions] == [True]


def test_a_strangers_session_is_not_there_to_end(tab: Tab, mine: NewSession) -> None:
    assert "ended already" in words(tab.send(AccountState, "end", str(uuid4())))[0]
    with transaction(None) as session:
        assert service.find_session(session, mine.token)


def test_the_last_way_in_is_not_disconnected(tab: Tab, mine: NewSession) -> None:
    with transaction(None) as session:
        session.add(OAuthAccount(user_id=mine.user.id, provider="oidc", subject="1", label="me"))
        user = session.get_one(User, mine.user.id)
        user.password_hash = None
    state = load(tab)
    assert [(line.name, line.account) for line in state.providers] == [("oidc", "me")]
    assert "only way in" in words(tab.send(AccountState, "disconnect", "oidc"))[0]
    assert load(tab).providers


def test_the_workspaces_that_need_their_last_admin_are_named(tab: Tab, mine: NewSession) -> None:
    workspace_id = make_workspace("Acme")
    with transaction(workspace_id) as session:
        session.add(Membership(workspace_id=workspace_id, user_id=mine.user.id, role=Role.ADMIN))
    assert load(tab).stuck == "Acme"


def test_each_forms_answer_stands_at_its_form(mine: NewSession) -> None:
    wrong = RefusedForm("password", "old_password", "Not that.")
    assert load(at_account(mine, wrong)).old_error == "Not that."
    kept = RefusedForm("delete", "form", "You are the last admin of Acme.")
    assert load(at_account(mine, kept)).delete_error == "You are the last admin of Acme."
    good = RefusedForm("account", "said", "GitHub is connected.")
    state = load(at_account(mine, good))
    assert (state.said, state.error, state.delete_error) == ("GitHub is connected.", "", "")


def test_a_tab_is_told_when_its_session_ends(tab: Tab, mine: NewSession) -> None:
    sockets = Sockets("tab")
    hub = Hub(sockets.deliver, pause_s=0.01)
    watch.use(hub)
    tab.send(SessionState, "enter")

    async def story() -> None:
        with transaction(None) as session:
            sessions.revoke_all(session, mine.user.id)
            (topic,) = session.info["nudges"]
        assert topic == topics.session(tab.session_id)
        hub.publish(topic)
        await sockets.until(1)

    run(story)
    assert sockets.told == [("tab", "stay")]


def test_what_a_tab_is_told_then_is_refused_to_who_is_signed_out() -> None:
    stay = Event.from_event_type(SessionState.stay())[0].name
    assert permission_of(stay) is Access.SIGNED_IN


def sign_state(path: str, name: str, *, said: RefusedForm | None = None) -> SignState:
    cookies = f"{COOKIE}={pack(said)}" if said else ""
    tab = Tab(Actor(UUID(int=0), Role.VIEWER), path, cookies=cookies)
    tab.send(SignState, name)
    return tab.state(SignState)


@pytest.fixture
def with_providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set up GitHub, and close sign-up."""
    monkeypatch.setenv("PMFLOW_OAUTH_GITHUB_CLIENT_ID", "id")
    monkeypatch.setenv("PMFLOW_OAUTH_GITHUB_CLIENT_SECRET", "secret")
    monkeypatch.setenv("PMFLOW_SIGNUP", "invited")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def test_without_providers_there_are_no_buttons_and_everybody_may_sign_up() -> None:
    state = sign_state("/login", "load_login")
    assert (state.providers, state.is_open) == ([], True)


@pytest.mark.usefixtures("with_providers")
def test_a_provider_has_a_button_that_leads_on_where_the_form_would() -> None:
    state = sign_state("/login?next=%2Fw%2Facme%2Fboard%3Fq%3D1", "load_login")
    (button,) = state.providers
    assert button.label == "GitHub"
    assert button.href == "/api/auth/oauth/github?next=%2Fw%2Facme%2Fboard%3Fq%3D1"
    assert not state.is_open


def test_what_came_of_a_visit_to_a_provider_is_said_above_the_form() -> None:
    said = RefusedForm("login", "form", "GitHub did not let you in.")
    state = sign_state("/login", "load_login", said=said)
    assert (state.form_error, state.password_error) == ("GitHub did not let you in.", "")


def reset_state(path: str, name: str) -> ResetState:
    tab = Tab(Actor(UUID(int=0), Role.VIEWER), path)
    tab.send(ResetState, name)
    return tab.state(ResetState)


def test_where_no_mail_is_sent_the_page_says_so(connection: Connection, tmp_path: Path) -> None:
    del connection
    setup.configure(None)
    assert not reset_state("/reset", "load_ask").sends_mail
    values = {"data_dir": tmp_path, "secret_key": "tests", "smtp_url": "smtp://127.0.0.1"}
    setup.configure(Settings.model_validate(values))
    try:
        state = reset_state("/reset?sent=1", "load_ask")
    finally:
        setup.configure(None)
    assert (state.sends_mail, state.was_sent) == (True, True)


def test_a_link_shows_a_form_or_what_is_wrong_with_it(mine: NewSession) -> None:
    with transaction(None) as session:
        link = resets.make_link(session, mine.user.email, "")
    live = reset_state(link, "load_choose")
    assert (live.standing, live.trouble) == ("live", "")
    assert live.token == link.rpartition("/")[2]

    resets.redeem(lambda: transaction(None), live.token, "calm-badger-4", Client())
    used = reset_state(link, "load_choose")
    assert (used.standing, "used already" in used.trouble) == ("used", True)
    assert reset_state("/reset/cut-off", "load_choose").standing == "unknown"
