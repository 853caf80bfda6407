"""`pmflow automation`: what pmflow may do by itself in a workspace."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from pmflow_core.accounts.actor import Actor
from pmflow_core.automation import service
from pmflow_core.automation.evaluating import evaluate
from pmflow_core.automation.schemas import Evaluated, EventRead
from pmflow_core.automation.settings import AutomationSettings
from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Invalid
from pmflow_core.workspaces.service import workspace_by_slug

app = command_group("Say what pmflow may do by itself, and have it look at themes now.")
WorkspaceSlug = Annotated[str, typer.Option("--workspace", help="The workspace's slug.")]
Values = Annotated[
    list[str],
    typer.Argument(help="name=value, such as depth=full_auto or min_severity=null."),
]


class BadAutomationSetting(Invalid):
    """A setting of automation has no such name or value."""

    code = "bad_automation_setting"


@app.command()
def show(
    workspace: WorkspaceSlug,
    events: Annotated[int, typer.Option(min=0, max=200, help="Newest events to list.")] = 10,
    as_json: Json = False,
) -> None:
    """Show the settings, and what was done and skipped and why."""
    with connected():
        with in_no_workspace() as session:
            workspace_id = workspace_by_slug(session, workspace)
        actor = Actor.system(workspace_id)
        with transaction(workspace_id) as session:
            settings = service.read_settings(session, actor)
            found = service.list_events(session, actor, limit=events) if events else []
    document = {**settings.model_dump(mode="json"), "events": [_event(each) for each in found]}
    lines = [*_lines(settings), *(["", *(_line(each) for each in found)] if found else [])]
    answer(document, "\n".join(lines), as_json=as_json)


@app.command("set")
def set_(values: Values, workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """Change settings; the others stay as they are."""
    with connected():
        with in_no_workspace() as session:
            workspace_id = workspace_by_slug(session, workspace)
        actor = Actor.system(workspace_id)
        with transaction(workspace_id) as session:
            before = service.read_settings(session, actor)
            settings = service.write_settings(session, actor, changed(before, values))
    answer(settings.model_dump(mode="json"), "\n".join(_lines(settings)), as_json=as_json)


@app.command()
def run(workspace: WorkspaceSlug, as_json: Json = False) -> None:
    """Look at every theme now and do what is due."""
    with connected(redis=True):
        with in_no_workspace() as session:
            workspace_id = workspace_by_slug(session, workspace)
        found = evaluate(workspace_id)
    answer(asdict(found), _sentence(found), as_json=as_json)


def changed(settings: AutomationSettings, values: list[str]) -> AutomationSettings:
    """Return the settings with `name=value` laid over them; raises BadAutomationSetting."""
    new: dict[str, Any] = {}
    for given in values:
        name, mark, value = given.partition("=")
        if not mark:
            raise BadAutomationSetting(f"Write name=value, not {given!r}.")
        try:
            new[name.strip()] = json.loads(value)
        except ValueError:
            new[name.strip()] = value.strip()
    try:
        return AutomationSettings.model_validate({**settings.model_dump(mode="json"), **new})
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'together'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise BadAutomationSetting(f"These settings cannot be: {faults}.") from error


def _lines(settings: AutomationSettings) -> list[str]:
    return [
        f"{name:<22} {'null' if value is None else value}"
        for name, value in settings.model_dump(mode="json").items()
    ]


def _line(event: EventRead) -> str:
    about = f"{event.action.value} {event.verdict.value}"
    return f"{event.at:%Y-%m-%d %H:%M}  {about:<34} {event.theme}: {event.reason}"


def _event(event: EventRead) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "at": event.at.isoformat(),
        "theme": {"id": str(event.theme_id), "label": event.theme},
        "action": event.action.value,
        "verdict": event.verdict.value,
        "reason": event.reason,
        "facts": dict(event.facts),
        "project": event.project_key,
        "run": event.run_number,
    }


def _sentence(found: Evaluated) -> str:
    return (
        f"{found.themes} themes: {found.done} done, {found.suggested} proposed,"
        f" {found.notified} told of, {found.skipped} newly skipped."
    )
