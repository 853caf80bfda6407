"""Makes tools of connected apps known to recipes, and remembers their list between starts."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pmflow_core.errors import PmflowError
from pmflow_core.logs import get_logger
from pmflow_core.providers.composio import Composio, Tool
from pmflow_core.runs.kinds import RunContext, ToolKind

log = get_logger(__name__)
FRESH_S = 3600.0
_TOOLS: TypeAdapter[list[Tool]] = TypeAdapter(list[Tool])


def kinds(api: Composio, folder: Path, user_id: str | None) -> Iterator[ToolKind]:
    """Yield the tools of an installation's connected apps.

    Args:
        api: Where they are listed and carried out.
        folder: Keeps the list for an hour, and for as long as the API cannot be reached.
        user_id: Whose connected accounts they act with; None means the workspace's own.
    """
    for tool in _listed(api, _file(api, folder)):
        yield _kind(api, tool, user_id)


def _kind(api: Composio, tool: Tool, user_id: str | None) -> ToolKind:
    def call(arguments: Mapping[str, Any], context: RunContext) -> str:
        return api.execute(tool, arguments, user_id or str(context.workspace_id))

    return ToolKind(tool.spec(), call, read_only=tool.read_only)


def _file(api: Composio, folder: Path) -> Path:
    of_what = json.dumps([api.base_url, api.api_key.get_secret_value(), api.wanted])
    return folder / f"composio-{hashlib.sha256(of_what.encode()).hexdigest()[:16]}.json"


def _listed(api: Composio, file: Path) -> list[Tool]:
    known = _remembered(file)
    if known is not None and time.time() - file.stat().st_mtime < FRESH_S:
        return known
    try:
        tools = api.tools()
    except PmflowError as error:
        # Runs that need no tool must start all the same; a recipe that names one is refused.
        log.warning("composio.not_listed", reason=str(error), remembered=len(known or ()))
        return known or []
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(f".{time.monotonic_ns()}")
    fresh.write_bytes(_TOOLS.dump_json(tools))
    fresh.replace(file)
    return tools


def _remembered(file: Path) -> list[Tool] | None:
    try:
        return _TOOLS.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None
