"""Tools of apps that people connected at Composio, through its REST API; it writes no text.

Shapes: https://docs.composio.dev/reference/api-reference/tools. Plain HTTP is all it takes, so no
library of theirs is needed.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

import httpx2
from pydantic import BaseModel, Field, SecretStr, ValidationError

from pmflow_core.errors import Invalid
from pmflow_core.providers import failures
from pmflow_core.providers.base import (
    Completion,
    GenerateRequest,
    OnText,
    ProviderRejected,
    ToolSpec,
)
from pmflow_core.providers.streams import clean
from pmflow_core.settings import Settings

NAME: Final = "composio"
VENDOR_URL: Final = "https://backend.composio.dev"
READ_ONLY: Final = "readOnlyHint"
_LIST_TIMEOUT = httpx2.Timeout(8.0, connect=3.0)
_CALL_TIMEOUT = httpx2.Timeout(60.0, connect=5.0)
_PAGE = 100
_MOST_PAGES = 5
# Vendors of models take no other name, and it becomes part of an address.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_DESCRIPTION = 1_000
_TIMED_OUT = 408


class _Toolkit(BaseModel):
    slug: str


class _Account(BaseModel):
    toolkit: _Toolkit


class _Accounts(BaseModel):
    items: list[_Account]
    next_cursor: str | None = None


class Tool(BaseModel):
    """A tool as Composio lists it, as far as it is used here."""

    slug: str
    description: str = ""
    input_parameters: dict[str, Any] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)
    version: str | None = None
    is_deprecated: bool = False

    @property
    def read_only(self) -> bool:
        """Return whether it says of itself that it changes nothing."""
        return READ_ONLY in self.tags

    def spec(self) -> ToolSpec:
        """Return what a model is told of it."""
        schema = self.input_parameters
        if schema.get("type") != "object":
            schema = {"type": "object", "properties": schema}
        return ToolSpec(self.slug, self.description[:_MOST_DESCRIPTION], schema)


class _Tools(BaseModel):
    items: list[Tool]
    next_cursor: str | None = None


class _Result(BaseModel):
    successful: bool
    data: Any = None
    error: Any = None


@dataclass(frozen=True, slots=True)
class Composio:
    """The API of one Composio project."""

    api_key: SecretStr
    base_url: str = VENDOR_URL
    wanted: tuple[str, ...] = ()

    def tools(self) -> list[Tool]:
        """Return the wanted tools, or the important ones of every connected app.

        Raises:
            ProviderUnavailable: Composio does not answer.
            ProviderRejected: it refuses the key or the request.
        """
        if self.wanted:
            found = self._listed({"tool_slugs": ",".join(self.wanted)})
        else:
            found = (
                tool
                for app in self._connected_apps()
                for tool in self._listed({"toolkit_slug": app, "important": "true"})
            )
        usable = (one for one in found if not one.is_deprecated and _NAME.fullmatch(one.slug))
        return list({one.slug: one for one in usable}.values())

    def execute(self, tool: Tool, arguments: Mapping[str, Any], user_id: str) -> str:
        """Return what a tool gave back, as JSON; `user_id` says whose connected account it uses.

        Raises:
            Invalid: the tool refused; it did nothing.
            ProviderUnavailable: no answer came; `maybe_billed` when it may have done its work.
        """
        body = {"user_id": user_id, "arguments": dict(arguments)}
        if tool.version is not None:
            body["version"] = tool.version
        answer = self._send("POST", f"/api/v3/tools/execute/{tool.slug}", _CALL_TIMEOUT, json=body)
        try:
            result = _Result.model_validate_json(answer)
        except ValidationError:
            raise failures.of_nonsense(NAME) from None
        if not result.successful:
            raise Invalid(f"{tool.slug}: {clean(_words(result.error))[:500]}")
        return clean(json.dumps(result.data, ensure_ascii=False))

    def _connected_apps(self) -> Sequence[str]:
        query = {"statuses": "ACTIVE", "limit": str(_PAGE)}
        text = self._send("GET", "/api/v3/connected_accounts", _LIST_TIMEOUT, params=query)
        return list(dict.fromkeys(one.toolkit.slug for one in _read(_Accounts, text).items))

    def _listed(self, query: Mapping[str, str]) -> Iterator[Tool]:
        asked = {**query, "toolkit_versions": "latest", "limit": str(_PAGE)}
        for _ in range(_MOST_PAGES):
            text = self._send("GET", "/api/v3/tools", _LIST_TIMEOUT, params=asked)
            page = _read(_Tools, text)
            yield from page.items
            if page.next_cursor is None:
                return
            asked["cursor"] = page.next_cursor

    def _send(self, method: str, path: str, timeout: httpx2.Timeout, **what: Any) -> bytes:
        headers = {"x-api-key": self.api_key.get_secret_value()}
        try:
            with httpx2.Client(base_url=self.base_url, timeout=timeout, headers=headers) as client:
                response = client.request(method, path, **what)
        except httpx2.HTTPError as error:
            raise failures.of_connection(NAME, error, started=False) from None
        if response.is_success:
            return response.content
        raise self._failure(response)

    def _failure(self, response: httpx2.Response) -> failures.Failure:
        key = self.api_key.get_secret_value()
        after = response.headers.get("retry-after")
        failure = failures.of_status(NAME, response.status_code, _json(response), after, key)
        if response.status_code >= 500 or response.status_code == _TIMED_OUT:
            # A gateway may give up while the tool still works.
            return failures.of_silence(NAME, f"answered {response.status_code}", maybe_billed=True)
        return failure


@dataclass(frozen=True, slots=True)
class ComposioProvider:
    """Stands for Composio in recipes: a step that writes text goes to the next provider."""

    name: str = NAME
    writes_text: bool = False

    def bound_usd(self, request: GenerateRequest) -> Decimal:
        """Return nothing: it is never asked to write."""
        del request
        return Decimal(0)

    def generate(self, request: GenerateRequest, on_text: OnText) -> Completion:
        """Refuse.

        Raises:
            ProviderRejected: always.
        """
        del on_text
        raise ProviderRejected(f"composio writes no text, so not {request.title} either.")


def configured(settings: Settings) -> Composio:
    """Return the API as an operator has set it up; its key must be set."""
    return Composio(
        settings.composio_api_key or SecretStr(""),
        settings.composio_base_url or VENDOR_URL,
        tuple(settings.composio_tools),
    )


_Page = TypeVar("_Page", bound=BaseModel)


def _read(model: type[_Page], text: bytes) -> _Page:
    try:
        return model.model_validate_json(text)
    except ValidationError:
        raise failures.of_nonsense(NAME) from None


def _json(response: httpx2.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return None


def _words(error: object) -> str:
    if isinstance(error, str) and error.strip():
        return error
    return "the tool refused" if error is None else json.dumps(error, ensure_ascii=False)
