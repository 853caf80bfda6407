"""`pmflow doctor`: is everything there that pmflow needs."""

from dataclasses import asdict, replace

import typer

from pmflow_core.cli.findings import look
from pmflow_core.cli.frame import Json, answer, command_group
from pmflow_core.settings import get_settings

app = command_group("Look after the installation.")


@app.command()
def doctor(as_json: Json = False) -> None:
    """Look at everything pmflow needs, and say what to do about what is wrong."""
    findings = list(look(get_settings()))
    ok = all(finding.ok for finding in findings)
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.name:<10}  {finding.detail}")
        if not finding.ok:
            lines.append(f"                  → {finding.remedy}")
    checks = [asdict(replace(f, remedy="") if f.ok else f) for f in findings]
    answer({"ok": ok, "checks": checks}, "\n".join(lines), as_json=as_json)
    if not ok:
        raise typer.Exit(1)
