"""Secrets that a running product is given, looked for wherever it keeps or sends anything."""

import base64
import re
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
import redis
from reflex_base.utils.format import format_event_handler
from sqlalchemy import text

from pmflow_core.clock import utcnow
from pmflow_core.integrations.signatures import sign
from pmflow_ui import routes
from pmflow_ui.access import Access
from pmflow_ui.state.api_keys import ApiKeysState
from tests.fakes.anthropic_server import message
from tests.fakes.composer import compose_locally, read_prompt
from tests.fakes.smtp_server import MailBox, mailbox
from tests.fakes.vendor_server import Received, Reply, VendorServer, failing
from tests.walls.line import Line, line
from tests.walls.live import Live, live
from tests.walls.rows import as_owner
from tests.walls.test_live import settle
from tests.walls.world import HOME

pytestmark = pytest.mark.processes
PATIENCE_S = 90.0
COOKIE = "pmflow_session"
EMAIL = "planted@example.com"
# What an operator sets, by the name of the secret.
SET = {
    "ANTHROPIC_API_KEY": "sk-ant-planted-0123456789abcdef",
    "OPENAI_API_KEY": "sk-planted-openai-0123456789abcdef",
    "COMPOSIO_API_KEY": "planted-composio-0123456789abcdef",
    "PMFLOW_CRON_SECRET": "planted-cron-0123456789abcdef",
    "PMFLOW_SECRET_KEY": "planted-secret-key-0123456789abcdef0123456789abcdef",
    "PMFLOW_OAUTH_GITHUB_CLIENT_SECRET": "planted-oauth-0123456789abcdef",
}
MAIL_PASSWORD = "planted-mail-0123456789"
PASSWORD, NEW_PASSWORD = "planted-otter-9-of-old", "planted-otter-9-of-new"
SLACK_SECRET = "planted5slack5signing5secret5012"


def lowered(received: Received) -> dict[str, str]:
    """Return the headers of a request by their names in small letters."""
    return {name.lower(): value for name, value in received.headers.items()}


class Vendor(VendorServer):
    """A vendor that first refuses the key, and says which, then answers; it takes webhooks too."""

    def __init__(self) -> None:
        super().__init__((), self._answer)
        self.refusals = 0

    def _answer(self, received: Received) -> Reply:
        if "system" not in received.body:
            return Reply(chunks=[b"{}"])
        if not self.refusals:
            self.refusals += 1
            said = f"invalid key: {lowered(received)['authorization']}"
            return failing(401, {"error": {"type": "authentication_error", "message": said}})
        prompt = read_prompt(received.body["system"], received.body["messages"][0]["content"])
        return Reply(chunks=message([compose_locally(prompt)]))


@dataclass(frozen=True)
class Installed:
    """A product with everything that it is connected to."""

    live: Live
    vendor: Vendor
    mail: MailBox


@pytest.fixture(scope="module")
def installed(
    make_server_folder: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    log = tmp_path_factory.mktemp("planted") / "all.log"
    with ExitStack() as stack:
        vendor, mail = Vendor(), stack.enter_context(mailbox())
        stack.enter_context(vendor)
        told = {
            **SET,
            "ANTHROPIC_BASE_URL": vendor.url,
            "COMPOSIO_BASE_URL": vendor.url,
            "PMFLOW_OAUTH_GITHUB_CLIENT_ID": "of-a-test",
            "PMFLOW_SMTP_URL": f"smtp://user:{MAIL_PASSWORD}@127.0.0.1:{mail.port}",
            "PMFLOW_WEBHOOK_PRIVATE_TARGETS": '["127.0.0.0/8"]',
        }
        running = stack.enter_context(live(make_server_folder(), log, ["worker"], told))
        yield Installed(running, vendor, mail)


def until(found: Callable[[], Any]) -> Any:
    """Return what is found once it is."""
    end = time.monotonic() + PATIENCE_S
    while not (it := found()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return it


def link_in(mail: MailBox, part: str) -> str:
    """Return the token of a link that was mailed."""
    texts = [str(each.get_content()) for each in mail.taken]
    found = [re.search(rf"{part}([\w-]{{20,}})", each) for each in texts]
    return next((each.group(1) for each in found if each), "")


@dataclass
class Person:
    """A browser's requests to the API, as a page sends them."""

    client: httpx2.Client

    def post(self, at: str, body: Mapping[str, Any], **headers: str) -> Any:
        """Return what a request answers with, which must succeed."""
        answer = self.client.post(at, json=body, headers=headers)
        assert answer.status_code < 400, f"{at}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.status_code < 300 and answer.content else {}


def sign_up(person: Person, planted: dict[str, str], mail: MailBox) -> None:
    sent = {"email": EMAIL, "password": PASSWORD, "name": "Planted"}
    person.post("/api/auth/signup", sent)
    planted |= {"password": PASSWORD, "first session": person.client.cookies[COOKIE]}
    wrong = {"email": EMAIL, "password": f"{PASSWORD}x"}
    assert person.client.post("/api/auth/login", json=wrong).status_code == 401
    person.post("/api/auth/reset", {"email": EMAIL})
    token = until(lambda: link_in(mail, "/reset/"))
    person.post("/api/auth/reset/confirm", {"token": token, "password": NEW_PASSWORD})
    planted |= {"reset": token, "new password": NEW_PASSWORD}
    planted["session"] = person.client.cookies[COOKIE]


def set_up(person: Person, planted: dict[str, str], vendor: Vendor, mail: MailBox) -> str:
    slug: str = person.post("/api/workspaces", {"name": "Planted"})["slug"]
    at = f"/api/workspaces/{slug}"
    planted["api key"] = person.post(f"{at}/api-keys", {"name": "Key"})["key"]
    made = person.post(f"{at}/webhook-endpoints", {"name": "Feed"})
    planted["old endpoint secret"] = made["secret"]
    again = person.post(f"{at}/webhook-endpoints/{made['endpoint']['id']}/rotate", {})
    planted["endpoint secret"] = again["secret"]
    slack = {"name": "Slack", "kind": "slack", "secret": SLACK_SECRET}
    person.post(f"{at}/webhook-endpoints", slack)
    planted["slack secret"] = SLACK_SECRET
    deliver(person, made["endpoint"]["url"].removeprefix(HOME), again["secret"])
    hook = person.post(
        f"{at}/webhooks", {"url": f"{vendor.url}/hook", "events": ["project.created"]}
    )
    planted["webhook secret"] = hook["secret"]
    invited = person.post(f"{at}/invitations", {"email": "invited@example.com"})
    planted["invitation"] = invited["link"].rpartition("/")[2]
    assert until(lambda: link_in(mail, "/invite/")) == planted["invitation"]
    return slug


def deliver(person: Person, path: str, secret: str) -> None:
    body, now = b'{"text": "The export fails", "source_ref": "t-1"}', int(utcnow().timestamp())
    headers = {"webhook-id": "d-1", "webhook-timestamp": str(now)}
    signed = headers | {"webhook-signature": sign(secret, "d-1", now, body)}
    assert person.client.post(path, content=body, headers=signed).status_code == 202
    wrong = headers | {"webhook-signature": "v1,AAAA", "authorization": f"Bearer {secret}"}
    assert person.client.post(path, content=body, headers=wrong).status_code == 401


def work(port: int, key: str, slug: str) -> None:
    """Do as a program does: signals, a project, and two runs, the first refused by the vendor."""
    at, shown = f"/api/workspaces/{slug}", {"authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=shown) as client:
        program = Person(client)
        for number in range(4):
            sent = {"text": f"The search bar is gone since update {number}"}
            program.post(f"{at}/signals", sent)
        project = program.post(f"{at}/projects", {"name": "Search"})["key"]
        linked = {"signals": [f"S-{number}" for number in range(1, 5)], "action": "link"}
        program.post(f"{at}/signals/bulk", linked | {"project": project})
        for _ in range(2):
            asked = {"skill": "generate_document", "project": project, "provider": "anthropic"}
            asked |= {"params": {"template": "research"}}
            run = f"/api/runs/{program.post('/api/agents/execute', asked)['id']}"
            until(lambda run=run: client.get(run).json()["status"] in ("failed", "completed"))


def visit(opened: Line, slug: str) -> None:
    """Open every page whose address says by itself what is on it, as its admin."""
    for route in routes.ROUTES:
        path = route.path.replace("[slug]", slug)
        if route.permission is Access.ANYONE or "[" in path:
            continue
        for handler in routes.loading_events(route):
            opened.send(format_event_handler(handler), {}, path)
    settle(opened, "visited")


def make_a_key_on_the_page(opened: Line, slug: str) -> str:
    """Return the key that the page of API keys shows once, after it was taken off the page."""
    page, state = f"/w/{slug}/settings/api-keys", ApiKeysState.get_full_name()
    opened.send(f"{state}.create", {"form": {"name": "Shown once"}}, page)
    shown = opened.read_until("pmf_")
    opened.send(f"{state}.forget_key", {}, page)
    settle(opened, "forgotten")
    found = re.search(r"pmf_\w{4,}_[\w-]{20,}", shown)
    assert found is not None
    return found.group()


def rows_of(product: Live) -> str:
    """Return every row of every table, as a backup would hold it."""
    with product.owner.connect() as connection:
        as_owner(connection)
        names = "select tablename from pg_tables where schemaname = 'public'"
        found: list[str] = []
        for name in list(connection.scalars(text(names))):
            lines = text(f"select t::text from {name} t")  # noqa: S608 a table's own name
            found += connection.scalars(lines)
    return "\n".join(found)


def kept_in_redis(product: Live) -> list[bytes]:
    """Return all that was ever written to Redis: its log of writes, and what is packed in it."""
    with redis.Redis.from_url(product.redis_url) as client:
        client.config_set("appendfsync", "always")
        client.set("pmflow:test:end", "the end of the log")
    files = [each for each in product.folder.rglob("*.aof") if each.is_file()]
    whole = b"".join(each.read_bytes() for each in files)
    return [whole, *unpacked(whole)]


def unpacked(whole: bytes) -> Iterator[bytes]:
    """Yield what is compressed anywhere in it, as queued jobs are."""
    for found in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", whole):
        try:
            yield zlib.decompressobj().decompress(whole[found.start() :])
        except zlib.error:
            continue


def kept(product: Live, published: list[Any]) -> dict[str, bytes]:
    """Return all that the product keeps, and what it told its own processes."""
    return {
        "rows": rows_of(product).encode(),
        "redis": b"\n".join(kept_in_redis(product)),
        "nudges": b"\n".join(each for each in published if isinstance(each, bytes)),
        "log": product.log.read_bytes(),
    }


def spellings(secret: str) -> set[bytes]:
    """Return how a secret may be written down."""
    raw = secret.encode()
    return {raw, raw.hex().encode(), base64.b64encode(raw), quote(secret, safe="").encode()}


def test_no_secret_is_found_in_the_database_redis_logs_or_frames(installed: Installed) -> None:
    product, planted = installed.live, SET | {"mail password": MAIL_PASSWORD}
    headers = {"origin": HOME, "sec-fetch-site": "same-origin"}
    base = f"http://127.0.0.1:{product.port}"
    with (
        redis.Redis.from_url(product.redis_url) as client,
        client.pubsub() as nudges,
        httpx2.Client(base_url=base, headers=headers, timeout=PATIENCE_S) as browser,
    ):
        nudges.psubscribe("*")
        person = Person(browser)
        sign_up(person, planted, installed.mail)
        slug = set_up(person, planted, installed.vendor, installed.mail)
        cookie = f"{COOKIE}={planted['session']}"
        with line(product.port, "planted", cookie=cookie) as opened:
            visit(opened, slug)
            work(product.port, planted["api key"], slug)
            visit(opened, slug)
            made = make_a_key_on_the_page(opened, slug)
            visit(opened, slug)
        person.post("/api/auth/logout", {})
        published = [each["data"] for each in iter(lambda: nudges.get_message(timeout=0.5), None)]
    places = kept(product, published) | {"frames": "\n".join(opened.frames).encode()}
    assert_everything_was_used(installed, places)
    shown = [frame for frame in opened.frames if made in frame]
    assert len(shown) == 1, "the key is told once, to the tab that made it"
    places["frames"] = places["frames"].replace(shown[0].encode(), b"")
    planted["key of the page"] = made
    found = [
        (name, place)
        for name, secret in planted.items()
        for place, whole in places.items()
        if any(spelled in whole for spelled in spellings(secret))
    ]
    assert found == []


def assert_everything_was_used(installed: Installed, places: Mapping[str, bytes]) -> None:
    """Look for what must be found, so that an empty place proves nothing."""
    shown = [str(lowered(each)) for each in installed.vendor.received]
    for key, times in (("ANTHROPIC_API_KEY", 2), ("COMPOSIO_API_KEY", 1)):
        assert sum(SET[key] in each for each in shown) >= times
    assert b"invalid key: Bearer [key]" in places["rows"], "what the vendor said is kept"
    assert "AUTH" in installed.mail.verbs
    signed = [each for each in installed.vendor.received if each.path == "/hook"]
    assert signed
    assert all("webhook-signature" in lowered(each) for each in signed)
    assert EMAIL.encode() in places["rows"]
    assert b"the end of the log" in places["redis"]
    assert b"execute_run" in places["redis"]
    assert b"ws:" in places["nudges"]
    assert b'"event"' in places["log"]
    assert b"The search bar is gone" in places["frames"]
