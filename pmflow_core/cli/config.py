"""`pmflow config`: are the settings right, and what are they."""

import typer
from pydantic import AliasChoices, SecretStr

from pmflow_core.cli.frame import Json, answer, command_group
from pmflow_core.settings import BadSettings, Settings, get_settings

app = command_group("Look at the settings.")


@app.command()
def check(as_json: Json = False) -> None:
    """List the settings in force, secrets hidden; fail with every fault at once."""
    try:
        settings = get_settings()
    except BadSettings as error:
        faults = [line.strip() for line in str(error).splitlines()[1:]]
        if not as_json:
            raise
        answer({"ok": False, "errors": faults}, "", as_json=True)
        raise typer.Exit(1) from None
    values = {environment_name(name): _shown(settings, name) for name in Settings.model_fields}
    text = "\n".join(f"{name} = {'' if value is None else value}" for name, value in values.items())
    answer({"ok": True, "settings": values}, text, as_json=as_json)


def environment_name(field: str) -> str:
    """Return the environment variable of a setting."""
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"PMFLOW_{field.upper()}"


def _shown(settings: Settings, field: str) -> object:
    value = getattr(settings, field)
    if isinstance(value, SecretStr):
        return "(set)"
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
