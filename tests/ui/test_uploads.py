"""The upload route: who may, how much, and what a bad file is told."""

import json
from collections.abc import Iterator

import pytest
from httpx2 import Response
from sqlalchemy import Connection
from starlette.testclient import TestClient

from pmflow_core.accounts import api_keys
from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.signals.parsing.records import ATTRIBUTES
from pmflow_core.workspaces.models import Membership
from pmflow_ui.api.app import make_api
from pmflow_ui.components.upload import READ_AS
from pmflow_ui.viewer import COOKIE
from tests.conftest import make_workspace
from tests.ui.tab import make_acme

URL = "/api/workspaces/acme/signals/upload"
PASSWORD = "a long enough phrase"
CSV = b"id,text\n1,Search is gone\n2,It crashes\n"


@pytest.fixture
def client(connection: Connection) -> TestClient:
    del connection
    return TestClient(make_api(), follow_redirects=False, raise_server_exceptions=False)


def sign_in(client: TestClient, role: Role | None) -> None:
    """Sign somebody in who has that role in the workspace, or none."""
    acme = make_acme()
    with transaction(None) as session:
        user = accounts.sign_up(session, "somebody@example.com", PASSWORD, "Somebody")
        token = accounts.open_session(session, user).token
    if role is not None:
        with transaction(acme.workspace_id) as session:
            session.add(Membership(workspace_id=acme.workspace_id, user_id=user.id, role=role))
    client.cookies.set(COOKIE, token)


def upload(client: TestClient, content: bytes, name: str = "said.csv", **fields: str) -> Response:
    return client.post(URL, files={"file": (name, content)}, data=fields)


def test_an_editor_s_file_becomes_signals(client: TestClient) -> None:
    sign_in(client, Role.EDITOR)
    taken = upload(client, CSV)
    assert (taken.status_code, taken.json()["created"]) == (200, 2)
    again = upload(client, CSV)
    assert (again.json()["created"], again.json()["duplicates"]) == (0, 2)


def test_nobody_is_asked_to_sign_in(client: TestClient) -> None:
    make_acme()
    answer = upload(client, CSV)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (None, 404)])
def test_a_role_that_does_not_reach_is_refused(
    client: TestClient, role: Role | None, status: int
) -> None:
    sign_in(client, role)
    assert upload(client, CSV).status_code == status


def test_two_hundred_megabytes_are_refused_by_their_announcement(client: TestClient) -> None:
    sign_in(client, Role.EDITOR)
    headers = {
        "content-type": "multipart/form-data; boundary=b",
        "content-length": "200000000",
    }
    answer = client.post(URL, content=b"--b", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


def test_a_body_that_does_not_say_how_long_it_is_is_cut_off_at_the_limit(
    client: TestClient,
) -> None:
    sign_in(client, Role.EDITOR)

    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(12):
            yield b"a" * 1_000_000

    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = client.post(URL, content=endless(), headers=headers)
    assert answer.status_code == 413


def test_a_binary_file_is_refused_in_words(client: TestClient) -> None:
    sign_in(client, Role.EDITOR)
    answer = upload(client, bytes(range(256)) * 40, "said.csv")
    assert answer.status_code == 422
    assert answer.json()["code"] in ("file_unsupported", "file_damaged", "file_unreadable")


def test_a_broken_table_lists_its_lines(client: TestClient) -> None:
    sign_in(client, Role.EDITOR)
    answer = upload(client, b"id,text\n1,Search is gone\n2,\n3,  \n")
    assert (answer.json()["created"], answer.json()["refused"]) == (1, 2)
    assert [row["line"] for row in answer.json()["rejected"]] == [3, 4]
    assert "empty" in answer.json()["rejected"][0]["reason"]


def test_a_preview_shows_columns_and_imports_nothing(client: TestClient) -> None:
    sign_in(client, Role.EDITOR)
    seen = upload(client, b"key,words\na,Search is gone\n", preview="true").json()
    assert (seen["columns"], seen["rows"]) == (["key", "words"], [["a", "Search is gone"]])
    assert seen["doubts"] == {}
    doubted = upload(client, b"month,visits\n10,120\n", preview="true").json()
    assert (doubted["text_column"], list(doubted["doubts"])) == (None, ["month", "visits"])
    assert upload(client, CSV).json()["duplicates"] == 0


def test_the_columns_that_were_chosen_are_used(client: TestClient) -> None:
    sign_in(client, Role.EDITOR)
    table = b"a,b\nSearch is gone for me,first\n"
    assert upload(client, table, text_column="b").json()["created"] == 1
    answer = upload(client, table, text_column="c")
    assert (answer.status_code, answer.json()["code"]) == (422, "column_unknown")


def test_each_column_is_read_as_it_was_mapped_and_what_was_unmapped_is_not(
    client: TestClient,
) -> None:
    sign_in(client, Role.EDITOR)
    table = b"id,text,prio,labels,who\n1,Search is gone,high,slow; old,Finance lead\n"
    seen = upload(client, table, preview="true").json()
    assert seen["attributes"] == {"tags": "labels"}

    mapped = json.dumps({"severity": "prio", "tags": "", "customer_name": "who"})
    assert upload(client, table, columns=mapped).json()["created"] == 1
    (signal,) = client.get("/api/workspaces/acme/signals").json()["items"]
    assert (signal["severity"], signal["tags"]) == ("high", [])
    assert signal["customer"] == "Finance lead"


@pytest.mark.parametrize("columns", ["prio", '["prio"]', '{"colour": "prio"}', '{"tags": 1}'])
def test_a_mapping_that_means_nothing_is_malformed(client: TestClient, columns: str) -> None:
    sign_in(client, Role.EDITOR)
    answer = upload(client, CSV, columns=columns)
    assert (answer.status_code, answer.json()["code"]) == (422, "upload_malformed")
    assert "`columns`" in answer.json()["detail"]


def test_without_a_reference_column_rows_are_always_new(client: TestClient) -> None:
    sign_in(client, Role.EDITOR)
    for _ in range(2):
        assert upload(client, CSV, ref_column="").json()["created"] == 2
    assert upload(client, CSV).json()["created"] == 2
    assert upload(client, CSV).json()["created"] == 0


def test_the_dialog_has_a_word_for_everything_that_a_column_can_be() -> None:
    assert sorted(READ_AS) == sorted(ATTRIBUTES)


@pytest.mark.parametrize("headers", [{}, {"content-type": "multipart/form-data"}])
def test_what_is_no_upload_is_malformed(client: TestClient, headers: dict[str, str]) -> None:
    sign_in(client, Role.EDITOR)
    answer = client.post(URL, content=b"text", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "upload_malformed")


@pytest.mark.parametrize(
    ("role", "status"), [(Role.EDITOR, 200), (Role.ADMIN, 200), (Role.VIEWER, 403)]
)
def test_a_program_uploads_with_the_role_of_its_key(
    client: TestClient, role: Role, status: int
) -> None:
    acme = make_acme()
    with transaction(acme.workspace_id) as session:
        key = api_keys.create_api_key(session, Actor.system(acme.workspace_id), "feed", role).key
    client.headers["authorization"] = f"Bearer {key}"

    assert upload(client, CSV).status_code == status


def test_a_key_of_another_workspace_or_none_at_all_is_refused(client: TestClient) -> None:
    make_acme()
    other = make_workspace("Others")
    with transaction(other) as session:
        foreign = api_keys.create_api_key(session, Actor.system(other), "feed", Role.ADMIN).key
    client.headers["authorization"] = f"Bearer {foreign}"
    assert upload(client, CSV).status_code == 404
    for key in ("pmf_nothing_at_all", "", "nonsense"):
        client.headers["authorization"] = f"Bearer {key}"
        assert upload(client, CSV).status_code == 401
