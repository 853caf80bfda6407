"""Tools of connected apps: listed, allowed by recipes, and called through the ledger."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from pmflow_core import plugins
from pmflow_core.errors import Invalid
from pmflow_core.providers.base import ProviderRejected, ProviderUnavailable
from pmflow_core.providers.composio import Composio, Tool
from pmflow_core.runs import connected_tools
from pmflow_core.runs.signal_tool import SEARCH_SIGNALS
from pmflow_core.settings import Settings
from tests.fakes.composio_server import KEY, ComposioServer, done, refused, tool
from tests.fakes.vendor_server import Reply

TOOLS = [
    tool("SLACK_POST", "slack"),
    tool("SLACK_LIST", "slack", "readOnlyHint"),
    tool("search_signals", "slack"),
    tool("SLACK_OLD", "slack", is_deprecated=True),
    tool("SLACK_" + "X" * 70, "slack"),
    tool("GITHUB_CREATE_ISSUE", "github", input_parameters={"title": {"type": "string"}}),
    tool("../../v3/connected_accounts", "github"),
    tool("GITHUB CREATE", "github"),
    tool("NOTION_ADD", "notion"),
]


def works(body: Mapping[str, Any]) -> Reply:
    return done({"said": body["arguments"]["text"], "nul": "a\x00b"})


@pytest.fixture
def server() -> Iterator[ComposioServer]:
    """Composio, with Slack and GitHub connected and Notion not."""
    with ComposioServer(["slack", "github", "slack"], TOOLS, works) as server:
        assert isinstance(server, ComposioServer)
        yield server


def api(server: ComposioServer, *wanted: str) -> Composio:
    return Composio(SecretStr(KEY), server.url, wanted)


def tool_of(server: ComposioServer, name: str) -> Tool:
    return next(one for one in api(server, name).tools() if one.slug == name)


def test_the_tools_of_connected_apps_are_listed_page_by_page(server: ComposioServer) -> None:
    found = {one.slug: one for one in api(server).tools()}
    assert list(found) == ["SLACK_POST", "SLACK_LIST", "search_signals", "GITHUB_CREATE_ISSUE"]
    assert [one.read_only for one in found.values()] == [False, True, False, False]
    spec = found["SLACK_POST"].spec()
    assert (spec.name, spec.description) == ("SLACK_POST", "Does SLACK_POST.")
    assert spec.schema["required"] == ["text"]
    assert found["GITHUB_CREATE_ISSUE"].spec().schema["type"] == "object"


def test_named_tools_are_listed_whatever_is_connected(server: ComposioServer) -> None:
    assert [one.slug for one in api(server, "NOTION_ADD").tools()] == ["NOTION_ADD"]


def test_a_tool_is_called_with_the_users_account_and_its_version(server: ComposioServer) -> None:
    said = api(server).execute(tool_of(server, "SLACK_POST"), {"text": "Grüße"}, "ws-1")
    assert said == '{"said": "Grüße", "nul": "a\\u0000b"}'
    assert server.executed == [
        (
            "SLACK_POST",
            {"user_id": "ws-1", "arguments": {"text": "Grüße"}, "version": "20260901_00"},
        )
    ]


@pytest.mark.parametrize(
    ("reply", "error", "in_doubt"),
    [
        (refused("channel_not_found"), Invalid, False),
        (Reply(400, chunks=[b'{"error": {"message": "bad arguments"}}']), ProviderRejected, False),
        (Reply(429, chunks=[b'{"error": {"message": "slow down"}}']), ProviderUnavailable, False),
        (Reply(502, chunks=[b"<html>"]), ProviderUnavailable, True),
        (Reply(200, chunks=[b'{"successful": tr']), ProviderUnavailable, True),
        (Reply(200, aborted=True), ProviderUnavailable, True),
    ],
    ids=["refused", "400", "429", "502", "cut", "reset"],
)
def test_what_goes_wrong_says_whether_the_tool_may_have_worked(
    reply: Reply, error: type[Exception], in_doubt: bool
) -> None:
    with ComposioServer([], TOOLS, lambda _: reply) as server:
        assert isinstance(server, ComposioServer)
        with pytest.raises(error) as caught:
            api(server).execute(tool_of(server, "SLACK_POST"), {"text": "x"}, "ws-1")
    assert getattr(caught.value, "maybe_billed", False) is in_doubt


def test_a_wrong_key_is_said_without_the_key(server: ComposioServer) -> None:
    with pytest.raises(ProviderRejected) as caught:
        Composio(SecretStr(KEY + "x"), server.url).tools()
    assert KEY + "x" not in str(caught.value)


def settings(server: ComposioServer, folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "COMPOSIO_API_KEY": KEY,
            "COMPOSIO_BASE_URL": server.url,
            "plugins": False,
            "data_dir": folder,
        }
    )


def test_a_key_makes_tools_and_a_provider_that_writes_nothing(
    server: ComposioServer, tmp_path: Path
) -> None:
    found = plugins.load(settings(server, tmp_path))
    try:
        assert found.providers.get("composio").name == "composio"
        names = {one.name for one in found.tools}
        assert names == {"search_signals", "SLACK_POST", "SLACK_LIST", "GITHUB_CREATE_ISSUE"}
        assert found.tools.get("search_signals") is SEARCH_SIGNALS
        assert "SLACK_POST" in found.catalogue().tools
        assert not found.tools.get("SLACK_POST").read_only
        assert found.tools.get("SLACK_LIST").read_only
    finally:
        plugins.load(Settings(plugins=False))


def test_the_list_is_kept_for_when_composio_is_away(server: ComposioServer, tmp_path: Path) -> None:
    def names() -> list[str]:
        return [one.name for one in connected_tools.kinds(api(server), tmp_path, None)]

    first = names()
    asked = len(server.received)
    assert names() == first
    assert len(server.received) == asked
    (file,) = tmp_path.iterdir()
    os.utime(file, (0, 0))
    server.stop()
    assert names() == first
    file.unlink()
    assert names() == []
