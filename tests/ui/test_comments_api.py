"""Comments by REST: who may, what is answered, and that nothing is said twice."""

from uuid import uuid4

import pytest

from pmflow_core.activity import notifications
from tests.contracts import promises
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world
from tests.ui.test_projects_api import SHUT_OUT

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

OF = "/api/projects/{project}/comments"
RESEARCH = {"text": "Since when?", "document": "research"}
EDITORS = ("editor", "admin", "editor key")


def say(world: World, caller: str = "editor", **body: object) -> str:
    """Say something and return the comment's id."""
    made = world.ask(caller, "POST", OF, RESEARCH | body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def texts(world: World, where: str = "?document=research") -> list[str]:
    return [each["text"] for each in world.ask("viewer", "GET", OF + where).json()["items"]]


def test_every_route_is_tried_here() -> None:
    one = f"{OF}/{{comment_id}}"
    tried = {
        f"GET {OF}",
        f"POST {OF}",
        *(f"{method} {one}" for method in ("GET", "PATCH", "DELETE")),
        *(f"POST {one}/{verb}" for verb in ("restore", "resolve", "reopen")),
    }
    assert {each for each in promises.endpoints() if "/comments" in each} == tried


def test_members_read_and_nobody_else(world: World) -> None:
    comment = say(world)
    for path in (OF, f"{OF}/{comment}"):
        for caller, status in SHUT_OUT.items():
            assert (caller, world.ask(caller, "GET", path).status_code) == (caller, status)
        for caller in ("viewer", "viewer key", *EDITORS):
            assert (caller, world.ask(caller, "GET", path).status_code) == (caller, 200)


@pytest.mark.parametrize(
    ("method", "verb", "body"),
    [
        ("POST", "", RESEARCH),
        ("PATCH", "/{id}", {"text": "Since May."}),
        ("DELETE", "/{id}", None),
        ("POST", "/{id}/restore", None),
        ("POST", "/{id}/resolve", None),
        ("POST", "/{id}/reopen", None),
    ],
)
def test_only_editors_write(world: World, method: str, verb: str, body: object) -> None:
    path = OF + verb.replace("{id}", say(world))
    for caller, status in (SHUT_OUT | {"viewer": 403, "viewer key": 403}).items():
        assert (caller, world.ask(caller, method, path, body).status_code) == (caller, status)
    assert world.ask("editor", method, path, body).status_code in {200, 201, 204}


def test_a_comment_is_said_answered_corrected_closed_deleted_and_restored(world: World) -> None:
    first = say(world, section="Key Insights")
    answer = say(world, "editor key", text="Since May.", reply_to=first)
    thread = world.ask("viewer", "GET", f"{OF}/{answer}").json()
    assert (thread["id"], thread["section"], thread["document"]) == (
        first,
        "Key Insights",
        "research",
    )
    assert [(each["text"], each["author_id"]) for each in thread["replies"]] == [
        ("Since May.", None)
    ]

    said = world.ask("editor", "PATCH", f"{OF}/{first}", {"text": "Since which month?"}).json()
    assert (said["text"], said["is_edited"]) == ("Since which month?", True)
    assert world.ask("admin", "PATCH", f"{OF}/{first}", {"text": "x"}).status_code == 403
    assert world.ask("editor key", "PATCH", f"{OF}/{answer}", {"text": "x"}).status_code == 403

    closed = world.ask("editor key", "POST", f"{OF}/{answer}/resolve").json()
    assert (closed["id"], closed["resolved_by"]) == (first, "API key editor feed")
    assert world.ask("editor", "POST", f"{OF}/{first}/reopen").json()["resolved_by"] is None

    assert world.ask("editor key", "DELETE", f"{OF}/{first}").status_code == 403
    assert world.ask("editor", "DELETE", f"{OF}/{first}").status_code == 204
    again = world.ask("editor", "DELETE", f"{OF}/{first}")
    assert (again.status_code, again.json()["code"]) == (409, "comment_is_deleted")
    gone = world.ask("viewer", "GET", f"{OF}/{first}").json()
    assert (gone["is_deleted"], gone["text"]) == (True, "")
    assert world.ask("admin", "POST", f"{OF}/{first}/restore").json()["text"] == (
        "Since which month?"
    )


def test_a_list_comes_in_parts_and_by_what_is_spoken_of(world: World) -> None:
    for text in ("One", "Two", "Three"):
        say(world, text=text)
    say(world, text="Of the project", document=None)
    assert texts(world, "") == ["Of the project"]
    assert texts(world) == ["One", "Two", "Three"]
    page = world.ask("viewer", "GET", OF + "?document=research&limit=2").json()
    rest = f"?document=research&cursor={page['next_cursor']}"
    assert (len(page["items"]), texts(world, rest)) == (2, ["Three"])


def test_the_same_post_with_a_key_says_it_once_and_tells_once(world: World) -> None:
    body = RESEARCH | {"text": "@A viewer, since when?"}
    key = {"idempotency-key": "said"}
    first = world.ask("editor", "POST", OF, body, **key)
    again = world.ask("editor", "POST", OF, body, **key)
    assert first.json() == again.json()
    assert texts(world) == ["@A viewer, since when?"]
    [named] = first.json()["mentions"]
    told = world.ask("viewer", "GET", "/api/workspaces/{workspace}/notifications").json()["items"]
    assert [each["kind"] for each in told] == [notifications.NAMED]
    assert named


@pytest.mark.parametrize(
    "body",
    [{}, {"text": ""}, {"text": " "}, {"text": "x" * 8_001}, {"text": "x", "colour": "blue"}],
)
def test_what_says_nothing_or_too_much_is_refused(world: World, body: dict[str, str]) -> None:
    assert world.ask("editor", "POST", OF, body).status_code == 422
    assert texts(world, "") == []


def test_what_is_not_there_is_not_found(world: World) -> None:
    comment = say(world)
    for body in ({"document": "prd"}, {"section": "No such"}, {"reply_to": str(uuid4())}):
        assert world.ask("editor", "POST", OF, RESEARCH | body).status_code == 404
    elsewhere = f"/api/projects/{uuid4()}/comments/{comment}"
    assert world.ask("editor", "GET", elsewhere).status_code == 404
    assert world.ask("editor", "GET", f"{OF}/{uuid4()}").status_code == 404
