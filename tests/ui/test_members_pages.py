"""The pages of members, stages, keys, audit and trash: what they say, and who may press what."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import reflex as rx
from sqlalchemy import Connection, update

from pmflow_core import offboarding
from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.schemas import AuditRead, UserRead
from pmflow_core.board import service as board
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.knowledge import records
from pmflow_core.knowledge.models import RecordKind
from pmflow_core.knowledge.schemas import RecordIn
from pmflow_core.signals import bulk
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.workspaces import invitations, lifecycle, service
from pmflow_core.workspaces.models import Invitation
from pmflow_ui.state.api_keys import ApiKeysState
from pmflow_ui.state.audit import AuditState, as_line
from pmflow_ui.state.general import GeneralState
from pmflow_ui.state.home import HomeState
from pmflow_ui.state.invite import InviteState
from pmflow_ui.state.members import ONLY_ADMIN, MembersState
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.stages import StagesState
from pmflow_ui.state.trash import TrashState
from pmflow_ui.viewer import COOKIE
from tests.conftest import make_user
from tests.ui.tab import Tab, as_member, goes_to, make_acme, words

SETTINGS = "/w/acme/settings"
EMAIL = "lead@example.com"


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


def opened(actor: Actor, page: str, state: type[rx.State]) -> Tab:
    tab = Tab(actor, f"{SETTINGS}/{page}")
    tab.send(state, "load")
    return tab


def test_an_admin_invites_copies_the_link_and_it_is_not_shown_again(acme: Actor) -> None:
    tab = opened(acme, "members", MembersState)
    tab.send(MembersState, "invite", {"email": "ann@example.com", "role": "viewer"})
    state = tab.state(MembersState)
    assert "/invite/" in state.link
    assert (state.link_for, state.email_error) == ("ann@example.com", "")
    assert [(row.email, row.role, row.expired) for row in state.invited] == [
        ("ann@example.com", "viewer", False)
    ]

    tab.send(MembersState, "forget_link")
    tab.send(MembersState, "invite", {"email": "ann@example.com", "role": "viewer"})
    assert "invited already" in tab.state(MembersState).email_error
    assert tab.state(MembersState).link == ""
    tab.send(MembersState, "resend", tab.state(MembersState).invited[0].id)
    assert "/invite/" in tab.state(MembersState).link
    said = words(tab.send(MembersState, "revoke", tab.state(MembersState).invited[0].id))
    assert said == ["The invitation was taken back; its link is dead."]
    assert (tab.state(MembersState).invited, tab.state(MembersState).link) == ([], "")


def test_the_only_admin_is_told_why_they_cannot_go(acme: Actor) -> None:
    tab = opened(acme, "members", MembersState)
    [me] = tab.state(MembersState).rows
    assert (me.me, me.fixed) == (True, ONLY_ADMIN)
    assert "needs an admin" in words(tab.send(MembersState, "change_role", me.id, "viewer"))[0]
    second = as_member(acme, Role.ADMIN)
    tab.send(MembersState, "refresh")
    assert [row.fixed for row in tab.state(MembersState).rows] == ["", ""]
    tab.send(MembersState, "change_role", str(second.user_id), "editor")
    assert {row.role for row in tab.state(MembersState).rows} == {"admin", "editor"}


def test_a_member_is_removed_after_a_question_and_leaves_by_themselves(acme: Actor) -> None:
    gone, leaving = as_member(acme, Role.EDITOR), as_member(acme, Role.VIEWER)
    tab = opened(acme, "members", MembersState)
    tab.send(MembersState, "ask", str(gone.user_id))
    assert not tab.state(MembersState).leaving
    tab.send(MembersState, "keep", False)
    assert len(tab.state(MembersState).rows) == 3
    tab.send(MembersState, "ask", str(gone.user_id))
    assert words(tab.send(MembersState, "remove")) == ["A editor is no longer a member."]
    own = opened(leaving, "members", MembersState)
    assert own.state(MembersState).invited == []
    own.send(MembersState, "ask", str(leaving.user_id))
    assert own.state(MembersState).leaving
    assert goes_to(own.send(MembersState, "remove")) == ["/"]
    tab.send(MembersState, "refresh")
    assert len(tab.state(MembersState).rows) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
@pytest.mark.parametrize(
    ("page", "state", "name", "given"),
    [
        ("members", MembersState, "invite", [{"email": "x@example.com"}]),
        ("members", MembersState, "revoke", [str(UUID(int=1))]),
        ("general", GeneralState, "save", [{"name": "Mine", "slug": "mine"}]),
        ("general", GeneralState, "delete", [{"repeated": "Acme"}]),
        ("stages", StagesState, "add", [{"name": "Mine"}]),
        ("stages", StagesState, "rename", ["prd", "Mine"]),
        ("stages", StagesState, "shift", ["prd", 1]),
        ("stages", StagesState, "disable", ["prd"]),
        ("api-keys", ApiKeysState, "create", [{"name": "Mine"}]),
        ("audit", AuditState, "show_more", []),
        ("trash", TrashState, "erase", []),
    ],
)
def test_what_is_for_admins_is_refused_to_others(
    acme: Actor, role: Role, page: str, state: type[rx.State], name: str, given: list[Any]
) -> None:
    tab = Tab(as_member(acme, role), f"{SETTINGS}/{page}")
    assert "needs the role admin" in words(tab.send(state, name, *given))[0]


def test_a_new_address_takes_the_tab_along_and_open_tabs_too(acme: Actor) -> None:
    other = Tab(acme, "/w/acme/projects/ACM-1")
    other.send(SessionState, "enter_workspace")
    tab = opened(acme, "general", GeneralState)
    tab.send(GeneralState, "save", {"name": "Acme", "slug": "A b"})
    assert "A slug has" in tab.state(GeneralState).slug_error
    went = tab.send(GeneralState, "save", {"name": "Acme two", "slug": "acme-two"})
    assert goes_to(went) == ["/w/acme-two/settings/general"]

    assert goes_to(other.send(SessionState, "renew")) == ["/w/acme-two/projects/ACM-1"]
    assert other.state(SessionState).workspace_name == "Acme two"


def test_an_open_tab_of_who_was_demoted_or_removed_follows_at_once(acme: Actor) -> None:
    editor = as_member(acme, Role.EDITOR)
    tab = Tab(editor, "/w/acme/board")
    tab.send(SessionState, "enter_workspace")
    assert tab.state(SessionState).can_edit
    assert editor.user_id is not None
    with transaction(acme.workspace_id) as session:
        service.change_role(session, acme, editor.user_id, Role.VIEWER)
    assert tab.send(SessionState, "renew") == []
    assert not tab.state(SessionState).can_edit

    with transaction(acme.workspace_id) as session:
        service.remove_member(session, acme, editor.user_id)
    replies = tab.send(SessionState, "renew")
    assert goes_to(replies) == ["/"]
    assert "no access to Acme" in words(replies)[0]
    assert tab.state(SessionState).workspaces == []


def test_a_workspace_is_deleted_by_its_name_and_restored_from_the_list(acme: Actor) -> None:
    tab = opened(acme, "general", GeneralState)
    tab.send(GeneralState, "ask", True)
    tab.send(GeneralState, "delete", {"repeated": "acme"})
    assert "Type the workspace's name" in tab.state(GeneralState).delete_error
    assert goes_to(tab.send(GeneralState, "delete", {"repeated": "Acme"})) == ["/"]
    home = Tab(acme, "/")
    home.send(HomeState, "load")
    assert [row.name for row in home.state(HomeState).deleted] == ["Acme"]
    assert goes_to(home.send(HomeState, "restore", "acme")) == ["/w/acme/board"]
    home.send(HomeState, "refresh")
    assert home.state(HomeState).deleted == []


def test_stages_are_arranged_and_one_with_projects_asks_where_they_go(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        board.create_project(session, acme, "Search")
    tab = opened(acme, "stages", StagesState)
    tab.send(StagesState, "shift", "discovery", -1)
    tab.send(StagesState, "shift", "discovery", -1)
    assert [row.slug for row in tab.state(StagesState).rows][:2] == ["discovery", "inbox"]
    tab.send(StagesState, "recolour", "discovery", "teal")
    tab.send(StagesState, "rename", "discovery", "Research")
    first = tab.state(StagesState).rows[0]
    assert (first.name, first.colour, first.first) == ("Research", "teal", True)
    assert "Inbox" in words(tab.send(StagesState, "rename", "discovery", "Inbox"))[0]

    tab.send(StagesState, "disable", "inbox")
    assert tab.state(StagesState).closing_name == "Inbox"
    assert "inbox" not in [row.slug for row in tab.state(StagesState).targets]
    tab.send(StagesState, "empty", {"target": "discovery"})
    shown = {row.slug: row for row in tab.state(StagesState).rows}
    assert (shown["inbox"].enabled, shown["discovery"].projects) == (False, 1)
    tab.send(StagesState, "enable", "inbox")
    tab.send(StagesState, "add", {"name": "Launch", "colour": "pink"})
    tab.send(StagesState, "add", {"name": "Launch", "colour": "pink"})
    assert "choose another name" in tab.state(StagesState).add_error
    assert [row.name for row in tab.state(StagesState).rows][-1] == "Launch"


def test_a_key_is_shown_once_and_revoked_after_a_question(acme: Actor) -> None:
    tab = opened(acme, "api-keys", ApiKeysState)
    tab.send(ApiKeysState, "create", {"name": " ", "role": "viewer"})
    assert "1 to 80" in tab.state(ApiKeysState).name_error
    tab.send(ApiKeysState, "create", {"name": "feed", "role": "viewer", "days": "30"})
    state = tab.state(ApiKeysState)
    assert state.key.startswith("pmf_")
    [row] = state.rows
    assert (row.name, row.role, row.ended, bool(row.expires_at)) == ("feed", "viewer", "", True)
    assert state.key not in str(state.rows)
    tab.send(ApiKeysState, "forget_key")
    tab.send(ApiKeysState, "ask", row.id)
    assert words(tab.send(ApiKeysState, "revoke")) == ["feed works no more."]
    assert (tab.state(ApiKeysState).rows[0].ended, tab.state(ApiKeysState).key) == ("Revoked", "")


def test_the_audit_log_is_filtered_by_the_address_and_the_file_is_the_same(acme: Actor) -> None:
    keys = opened(acme, "api-keys", ApiKeysState)
    keys.send(ApiKeysState, "create", {"name": "feed"})
    tab = opened(acme, "audit?action=api_key&since=2020-01-01&until=nonsense", AuditState)
    state = tab.state(AuditState)
    assert [(line.action, line.target) for line in state.lines] == [("API key created", "feed")]
    assert "role: editor" in state.lines[0].detail
    assert state.file.startswith("/api/workspaces/acme/audit.csv?action=api_key&since=2020-01-01T")
    assert {"workspace", "api_key", "recipe"} <= {kind.name for kind in state.kinds}
    went = tab.send(AuditState, "find", {"actor": " lead ", "until": "2026-01-01"})
    assert goes_to(went) == [f"{SETTINGS}/audit?actor=lead&until=2026-01-01"]


def test_the_audit_log_says_names_where_there_are_some_and_the_end_of_an_id_else() -> None:
    id_ = "01a21bf7-e963-7072-8252-f000423e7838"

    def line(target: str, **detail: object) -> tuple[str, str]:
        entry = AuditRead(
            id=uuid4(),
            at=utcnow(),
            actor_id=None,
            actor="Lead",
            action="knowledge.added",
            target=target,
            detail=detail,
        )
        shown = as_line(entry)
        return shown.target, shown.detail

    assert line(id_, title="Never promised", version=1) == (
        "Never promised",
        "title: Never promised; version: 1",
    )
    assert line(id_) == ("…3e7838", "")
    assert line("S-7", customer={"before": None, "after": id_}) == (
        "S-7",
        "customer: none → …3e7838",
    )
    assert line("Chat", id=id_, url="https://hooks.example.com") == (
        "Chat",
        "url: https://hooks.example.com",
    )


def test_the_trash_shows_one_kind_and_gives_back_or_erases(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        rows = [SignalIn(text="one"), SignalIn(text="two")]
        ids = signals.ingest(session, acme, rows, source=Source.API).ids
        bulk.delete(session, acme, ids)
    tab = opened(acme, "trash", TrashState)
    assert {row.name for row in tab.state(TrashState).rows} == {"S-1 one", "S-2 two"}
    first = tab.state(TrashState).tabs[0]
    assert (first.kind, first.count) == ("signal", "2")
    viewer = Tab(as_member(acme, Role.VIEWER), f"{SETTINGS}/trash")
    assert "needs the role editor" in words(viewer.send(TrashState, "restore", str(ids[0])))[0]
    assert words(tab.send(TrashState, "restore", str(ids[0]))) == ["Restored"]
    tab.send(TrashState, "ask", str(ids[1]))
    assert tab.state(TrashState).asked_name == "S-2 two"
    assert words(tab.send(TrashState, "erase")) == ["Erased for good"]
    assert tab.state(TrashState).rows == []
    with transaction(acme.workspace_id) as session:
        rule = RecordIn(kind=RecordKind.RULE, title="No dark patterns", content="Not even one.")
        record = records.add(session, acme, rule).id
        records.delete(session, acme, record)
    known = opened(acme, "trash?kind=knowledge", TrashState)
    assert [row.name for row in known.state(TrashState).rows] == ["No dark patterns"]
    assert words(known.send(TrashState, "restore", str(record))) == ["Restored"]
    assert known.state(TrashState).rows == []
    projects = opened(acme, "trash?kind=project", TrashState)
    assert not projects.state(TrashState).erasable


def signed_in(email: str) -> tuple[Actor, str]:
    """Return a person who is a member of nothing, and the cookie of their session."""
    with transaction(None) as session:
        user = make_user(session, "Support lead")
        user.email = email
        session.flush()
        token = accounts.open_session(session, UserRead.model_validate(user)).token
    return Actor(uuid4(), Role.VIEWER, user.id, "Support lead"), f"{COOKIE}={token}"


def look(path: str, cookie: str = "", actor: Actor | None = None) -> Tab:
    tab = Tab(actor or Actor(uuid4(), Role.VIEWER, None, "Nobody"), path)
    router = {"pathname": path, "asPath": path, "headers": {"cookie": cookie}, "token": "tab"}
    tab.root.router = type(tab.root.router).from_router_data(router)
    tab.send(InviteState, "load")
    return tab


def test_the_page_of_an_invitation_says_each_of_its_states(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        made = invitations.invite(session, acme, EMAIL, Role.EDITOR)
    path = f"/invite/{made.token}"
    invited, cookie = signed_in(EMAIL)
    _, other = signed_in("other@example.com")

    nobody = look(path).state(InviteState)
    assert (nobody.status, nobody.me, nobody.workspace) == ("open", "", "Acme")
    assert nobody.home == "/"
    assert nobody.sign_up == f"/signup?next=%2Finvite%2F{made.token}&email=lead%40example.com"
    assert look("/invite/made-up").state(InviteState).status == "unknown"
    foreign = look(path, other).state(InviteState)
    assert (foreign.status, foreign.me) == ("for_another", "other@example.com")

    def late(by: timedelta) -> None:
        with transaction(acme.workspace_id) as session:
            session.execute(update(Invitation).values(expires_at=utcnow() + by))

    late(timedelta(days=-1))
    assert look(path, cookie).state(InviteState).status == "expired"
    late(timedelta(days=1))
    tab = look(path, cookie, invited)
    assert (tab.state(InviteState).status, tab.state(InviteState).me) == ("open", EMAIL)
    replies = tab.send(InviteState, "accept")
    assert goes_to(replies) == ["/w/acme/board"]
    assert words(replies) == ["Welcome to Acme"]
    inside = look(path, cookie).state(InviteState)
    assert (inside.status, inside.home) == ("already_member", "/w/acme/board")
    assert look(path).state(InviteState).status == "used"


def test_an_invitation_that_was_taken_back_while_the_page_was_open_says_so(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        made = invitations.invite(session, acme, EMAIL, Role.EDITOR)
    invited, cookie = signed_in(EMAIL)
    tab = look(f"/invite/{made.token}", cookie, invited)
    with transaction(acme.workspace_id) as session:
        invitations.revoke(session, acme, made.invitation.id)
    assert "taken back" in words(tab.send(InviteState, "accept"))[0]
    assert look(f"/invite/{made.token}").state(InviteState).status == "revoked"


@pytest.mark.parametrize("end", [offboarding.delete_workspace, lifecycle.mark_deleted])
def test_an_invitation_into_a_deleted_workspace_is_unknown(
    acme: Actor, end: Callable[..., None]
) -> None:
    with transaction(acme.workspace_id) as session:
        made = invitations.invite(session, acme, EMAIL, Role.EDITOR)
        end(session, acme, "Acme")
    assert look(f"/invite/{made.token}").state(InviteState).status == "unknown"
