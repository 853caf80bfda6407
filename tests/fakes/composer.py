"""Answers the way a model would, from the words of a prompt alone; the local provider writes them.

A request is read back out of what a vendor's server receives, so that a whole run through a fake
vendor ends with documents that pass their criteria.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.providers.answers import JUDGE, JURY_VOTE, PROTOTYPE, TICKET_PLAN
from pmflow_core.providers.base import Evidence, GenerateRequest, SectionBrief
from pmflow_core.providers.local.provider import LocalProvider
from pmflow_core.providers.prompts_structured import TASK_LINE

Compose = Callable[[GenerateRequest], str]

_FENCE = re.compile(r"<(data-[0-9a-f]{32})>")
_SECTION = re.compile(r"^## (.+)\n\((evidence|judgement)\) (.+)$", re.MULTILINE)
_HEADING = re.compile(r'heading "# (.+?)"\. Then come')
_TASKS = (JURY_VOTE, TICKET_PLAN, PROTOTYPE, JUDGE)
_LEADS = ("The team adds, within the rules above:\n", "The statement to judge:\n")


def compose_locally(request: GenerateRequest) -> str:
    """Return what the local provider answers."""
    return LocalProvider().generate(request, lambda _: None).text


def read_prompt(system: str, user: str) -> GenerateRequest:
    """Return the request that a prompt was made from, as far as a model can know it."""
    found = _FENCE.search(system)
    assert found is not None, "the system prompt names no fence"
    fence = found.group(1)
    before, _, rest = user.partition(f"\n<{fence}>\n")
    data = list(_data(rest.partition(f"\n</{fence}>")[0]))
    project: dict[str, str] = _one(data, "project")
    task, title, sections = _task(system)
    return GenerateRequest(
        task=task,
        title=title,
        project_name=project["name"],
        project_description=project["description"],
        sections=sections,
        evidence=tuple(_evidence(one) for kind, one in data if kind == "signal"),
        documents={one["type"]: one["text"] for kind, one in data if kind == "document"},
        knowledge=tuple(one["text"] for kind, one in data if kind == "knowledge"),
        total_signals=_one(data, "counts")["signals_in_workspace"],
        instructions=_instructions(before),
        schema={} if task in _TASKS else None,
    )


def _task(system: str) -> tuple[str, str, tuple[SectionBrief, ...]]:
    if system.startswith(TASK_LINE):
        task = system.partition("\n")[0].removeprefix(TASK_LINE)
        return task, task, ()
    heading = _HEADING.search(system)
    assert heading is not None, "the system prompt names no document"
    title = heading.group(1)
    task = next((key for key, one in TEMPLATES.items() if one.title == title), "other")
    briefs = _SECTION.findall(system)
    return task, title, tuple(SectionBrief(n, kind == "evidence", text) for n, kind, text in briefs)


def _data(inside: str) -> Iterator[tuple[str, Any]]:
    for line in inside.split("\n"):
        yield from json.loads(line).items()


def _one(data: list[tuple[str, Any]], wanted: str) -> Any:
    return next(one for kind, one in data if kind == wanted)


def _instructions(before: str) -> str:
    return next((before.partition(lead)[2] for lead in _LEADS if lead in before), "")


def _evidence(told: dict[str, Any]) -> Evidence:
    return Evidence(
        number=int(told["id"].removeprefix("S-")),
        text=told["text"],
        severity=told.get("severity"),
        frequency=told.get("frequency"),
        segment=told.get("segment"),
        customer=told.get("customer"),
        received_at=datetime.fromisoformat(told["received"]).replace(tzinfo=UTC),
    )
