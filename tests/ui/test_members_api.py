"""Workspaces, members, keys, stages, audit and trash: who may, and what is answered."""

import csv
import io
from uuid import UUID

import pytest

from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.schemas import UserRead
from pmflow_core.db.transaction import transaction
from pmflow_core.signals import bulk
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_ui.viewer import COOKIE
from tests.conftest import make_user
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

HERE = "/api/workspaces/{workspace}"
NOBODY = UUID("00000000-0000-7000-8000-000000000001")
READS = (HERE, f"{HERE}/members", f"{HERE}/stages", f"{HERE}/trash", f"{HERE}/trash/counts")
ADMIN_READS = (f"{HERE}/invitations", f"{HERE}/api-keys", f"{HERE}/audit", f"{HERE}/audit.csv")
ADMIN_WRITES = (
    ("PATCH", HERE, {"name": " "}),
    ("DELETE", f"{HERE}?confirm=nothing", None),
    ("PATCH", f"{HERE}/members/{NOBODY}", {"role": "viewer"}),
    ("POST", f"{HERE}/invitations", {"email": "nobody"}),
    ("POST", f"{HERE}/invitations/{NOBODY}/resend", None),
    ("DELETE", f"{HERE}/invitations/{NOBODY}", None),
    ("POST", f"{HERE}/api-keys", {"name": ""}),
    ("DELETE", f"{HERE}/api-keys/{NOBODY}", None),
    ("POST", f"{HERE}/stages", {"name": ""}),
    ("PUT", f"{HERE}/stages/order", {"stages": []}),
    ("PATCH", f"{HERE}/stages/nothing", {"name": "A"}),
    ("DELETE", f"{HERE}/trash/signal/{NOBODY}", None),
)
SHUT_OUT = {
    "anonymous": 401,
    "no key": 401,
    "revoked key": 401,
    "stranger": 404,
    "foreign key": 404,
}
BELOW = {"viewer": 403, "viewer key": 403, "editor": 403, "editor key": 403}


def someone(email: str = "") -> tuple[dict[str, str], UUID, str]:
    """Return a signed-in person who is a member of nothing: what they show, id and address."""
    with transaction(None) as session:
        user = make_user(session, "Support lead")
        if email:
            user.email = email
        token = accounts.open_session(session, UserRead.model_validate(user)).token
    return {"cookie": f"{COOKIE}={token}"}, user.id, user.email


@pytest.mark.parametrize("path", READS)
def test_every_member_reads_and_nobody_else(world: World, path: str) -> None:
    for caller, status in SHUT_OUT.items():
        assert (caller, world.ask(caller, "GET", path).status_code) == (caller, status)
    for caller in ("viewer", "editor", "admin", "viewer key", "editor key"):
        assert world.ask(caller, "GET", path).status_code == 200


@pytest.mark.parametrize("path", ADMIN_READS)
def test_only_admins_read_what_is_for_admins(world: World, path: str) -> None:
    for caller, status in (SHUT_OUT | BELOW).items():
        assert (caller, world.ask(caller, "GET", path).status_code) == (caller, status)
    assert world.ask("admin", "GET", path).status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), ADMIN_WRITES)
def test_only_admins_write(world: World, method: str, path: str, body: object) -> None:
    for caller, status in (SHUT_OUT | BELOW).items():
        assert (caller, world.ask(caller, method, path, body).status_code) == (caller, status)
    assert world.ask("admin", method, path, body).status_code in {404, 422}


def test_lists_of_one_person_need_that_person(world: World) -> None:
    for path in ("/api/workspaces", "/api/deleted-workspaces"):
        assert world.ask("anonymous", "GET", path).status_code == 401
        assert world.ask("editor key", "GET", path).status_code == 401
        assert world.ask("viewer", "GET", path).status_code == 200
    [own] = world.ask("viewer", "GET", "/api/workspaces").json()["items"]
    assert (own["slug"], own["role"]) == (world.slug, "viewer")


def test_a_workspace_is_made_changed_deleted_and_restored(world: World) -> None:
    shown, _, _ = someone()
    world.callers["founder"] = shown
    made = world.ask("founder", "POST", "/api/workspaces", {"name": "Bank app"})
    assert (made.status_code, made.json()["role"]) == (201, "admin")
    slug = made.json()["slug"]
    again = world.ask("founder", "POST", "/api/workspaces", {"name": "Bank app"}).json()
    assert again["slug"] != slug
    taken = world.ask("founder", "POST", "/api/workspaces", {"name": "X", "slug": slug})
    assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken")

    here = f"/api/workspaces/{slug}"
    changed = world.ask("founder", "PATCH", here, {"slug": f"{slug}-new", "name": "Bank"})
    assert (changed.json()["slug"], changed.json()["name"]) == (f"{slug}-new", "Bank")
    assert world.ask("founder", "GET", here).status_code == 404
    here += "-new"
    refused = world.ask("founder", "DELETE", f"{here}?confirm=bank")
    assert (refused.status_code, refused.json()["code"]) == (422, "name_not_repeated")
    assert world.ask("founder", "DELETE", here).status_code == 422
    assert world.ask("founder", "DELETE", f"{here}?confirm=Bank").status_code == 204
    assert world.ask("founder", "GET", here).status_code == 404

    [gone] = world.ask("founder", "GET", "/api/deleted-workspaces").json()["items"]
    assert gone["name"] == "Bank"
    back = f"/api/deleted-workspaces/{slug}-new/restore"
    assert world.ask("admin", "POST", back).status_code == 404
    assert world.ask("founder", "POST", back).json()["slug"] == f"{slug}-new"
    assert world.ask("founder", "GET", here).status_code == 200


def test_somebody_is_invited_joins_changes_role_and_leaves(world: World) -> None:
    shown, user_id, email = someone()
    world.callers["invited"] = shown
    made = world.ask("admin", "POST", f"{HERE}/invitations", {"email": email, "role": "viewer"})
    assert made.status_code == 201
    [listed] = world.ask("admin", "GET", f"{HERE}/invitations").json()["items"]
    assert (listed["email"], "link" in listed) == (email, False)
    token = made.json()["link"].rpartition("/invite/")[2]

    other = world.ask("stranger", "POST", "/api/invitations/accept", {"token": token})
    assert (other.status_code, other.json()["code"]) == (403, "invitation_for_another")
    assert world.ask("anonymous", "POST", "/api/invitations/accept", {}).status_code == 401
    joined = world.ask("invited", "POST", "/api/invitations/accept", {"token": token})
    assert joined.json() == {"slug": world.slug}
    again = world.ask("invited", "POST", "/api/invitations/accept", {"token": token})
    assert (again.status_code, again.json()["code"]) == (409, "already_member")

    member = f"{HERE}/members/{user_id}"
    assert world.ask("invited", "PATCH", member, {"role": "admin"}).status_code == 403
    assert world.ask("admin", "PATCH", member, {"role": "editor"}).json()["role"] == "editor"
    assert world.ask("invited", "DELETE", member).status_code == 204
    assert world.ask("invited", "GET", HERE).status_code == 404
    assert world.ask("admin", "DELETE", member).status_code == 404


def test_a_resent_invitation_has_a_new_link(world: World) -> None:
    sent = {"email": "lead@example.com"}
    made = world.ask("admin", "POST", f"{HERE}/invitations", sent).json()
    twice = world.ask("admin", "POST", f"{HERE}/invitations", sent)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_invited")
    again = world.ask("admin", "POST", f"{HERE}/invitations/{made['id']}/resend")
    assert (again.status_code, again.json()["link"] != made["link"]) == (201, True)
    gone = f"{HERE}/invitations/{again.json()['id']}"
    assert world.ask("admin", "DELETE", gone).status_code == 204
    assert world.ask("admin", "DELETE", gone).status_code == 404


def test_a_key_is_told_once_works_and_ends(world: World) -> None:
    made = world.ask("admin", "POST", f"{HERE}/api-keys", {"name": "feed", "role": "viewer"})
    assert made.status_code == 201
    world.callers["new"] = {"authorization": f"Bearer {made.json()['key']}"}
    assert world.ask("new", "GET", HERE).json()["role"] == "viewer"
    listed = world.ask("admin", "GET", f"{HERE}/api-keys").json()["items"]
    [row] = [each for each in listed if each["id"] == made.json()["id"]]
    assert row["last_used_at"] is not None
    assert made.json()["key"] not in str(listed)
    past = {"name": "late", "expires_at": "2020-01-01T00:00:00Z"}
    assert world.ask("admin", "POST", f"{HERE}/api-keys", past).json()["code"] == "bad_api_key"
    gone = f"{HERE}/api-keys/{row['id']}"
    assert world.ask("admin", "DELETE", gone).status_code == 204
    assert world.ask("new", "GET", HERE).status_code == 401


def test_stages_are_read_added_arranged_and_disabled(world: World) -> None:
    made = world.ask("admin", "POST", f"{HERE}/stages", {"name": "Launch", "colour": "teal"})
    assert (made.status_code, made.json()["slug"]) == (201, "launch")
    names = [each["slug"] for each in world.ask("viewer", "GET", f"{HERE}/stages").json()["items"]]
    ordered = ["launch", *names[:-1]]
    told = world.ask("admin", "PUT", f"{HERE}/stages/order", {"stages": ordered}).json()["items"]
    assert [each["slug"] for each in told] == ordered
    full = world.ask("admin", "PATCH", f"{HERE}/stages/discovery", {"enabled": False})
    assert (full.status_code, full.json()["code"]) == (409, "stage_has_projects")
    odd = world.ask("admin", "PATCH", f"{HERE}/stages/prd", {"projects_to": "inbox"})
    assert odd.status_code == 422
    moved = {"enabled": False, "projects_to": "inbox", "name": "Research"}
    closed = world.ask("admin", "PATCH", f"{HERE}/stages/discovery", moved).json()
    assert (closed["enabled"], closed["projects"], closed["name"]) == (False, 0, "Research")
    opened = world.ask("admin", "PATCH", f"{HERE}/stages/discovery", {"enabled": True}).json()
    assert opened["enabled"]


def test_the_audit_log_is_paged_filtered_and_downloaded(world: World) -> None:
    for name in ("=cmd()", "feed"):
        world.ask("admin", "POST", f"{HERE}/api-keys", {"name": name})
    first = world.ask("admin", "GET", f"{HERE}/audit?limit=1&action=api_key").json()
    assert first["items"][0]["target"] == "feed"
    assert world.ask("admin", "GET", f"{HERE}/audit?since=yesterday").status_code == 422
    assert world.ask("admin", "GET", f"{HERE}/audit?cursor=x").status_code == 422
    next_page = f"{HERE}/audit?limit=1&action=api_key&cursor={first['next_cursor']}"
    assert world.ask("admin", "GET", next_page).json()["items"][0]["target"] == "=cmd()"
    file = world.ask("admin", "GET", f"{HERE}/audit.csv?action=api_key.created")
    assert file.headers["content-type"].startswith("text/csv")
    assert "attachment" in file.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(file.text, newline="")))
    assert [row[3] for row in rows[1:3]] == ["feed", "'=cmd()"]


def test_the_trash_is_listed_taken_out_of_and_emptied(world: World) -> None:
    actor = world.desk.actor
    with transaction(actor.workspace_id) as session:
        texts = [SignalIn(text=text) for text in ("one", "two")]
        ids = signals.ingest(session, actor, texts, source=Source.API).ids
        bulk.delete(session, actor, ids)
    page = world.ask("viewer", "GET", f"{HERE}/trash?limit=1").json()
    rest = world.ask("viewer", "GET", f"{HERE}/trash?cursor={page['next_cursor']}").json()
    assert {each["id"] for each in (*page["items"], *rest["items"])} == {str(each) for each in ids}
    assert world.ask("viewer", "GET", f"{HERE}/trash/counts").json()["counts"]["signal"] == 2
    for cursor in ("x", "2026-01-01T00:00:00~x", f"2026-01-01T00:00:00~{NOBODY}"):
        assert world.ask("viewer", "GET", f"{HERE}/trash?cursor={cursor}").status_code == 422
    one, two = (f"{HERE}/trash/signal/{each}" for each in ids)
    assert world.ask("viewer", "POST", f"{one}/restore").status_code == 403
    assert world.ask("editor", "POST", f"{one}/restore").status_code == 204
    assert world.ask("editor", "DELETE", two).status_code == 403
    assert world.ask("admin", "DELETE", two).status_code == 204
    assert world.ask("admin", "DELETE", two).status_code == 404
    for kind in ("knowledge", "view"):
        assert world.ask("viewer", "GET", f"{HERE}/trash?kind={kind}").json()["items"] == []
    assert world.ask("viewer", "GET", f"{HERE}/trash?kind=comment").status_code == 422
