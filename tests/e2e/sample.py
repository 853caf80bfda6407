"""A sample workspace with people of every role in it and something on every page."""

import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from pmflow_core.accounts.actor import Role

ROOT = Path(__file__).parents[2]
ADDRESS = "http://localhost:8000"
COMMAND = "from pmflow_core.cli import main; main()"
PASSWORD = "correct horse battery"
NAMES = {Role.ADMIN: "Product lead", Role.EDITOR: "Research lead", Role.VIEWER: "Support lead"}
CUSTOMERS = """email,name,company,tier,annual_value
finance@example.com,Finance lead,Northwind Trading,Business,24000
owner@example.com,Shop owner,Harbour Books,Plus,1800
travel@example.com,Travel lead,Lakeside Tours,Business,9600
"""
SAID = {
    "finance@example.com": (390, 357, 371),
    "owner@example.com": (385, 384),
    "travel@example.com": (383, 356, 389),
}
"""Which signals of the sample came from whom."""
PERSONA = {
    "name": "Frequent traveller",
    "segment": "Plus plan",
    "description": "# Who\n\nPays abroad every month.\n\n# Needs\n\nThe rate before paying.",
}
GUARDRAIL = {
    "kind": "guardrail",
    "title": "What we never promise",
    "content": "No dates to customers before the design is approved.",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A workspace: who may sign in to it, and what stands in the addresses of its pages."""

    people: Mapping[Role, str]
    parameters: Mapping[str, str]


def make_sample(port: int, environment: Mapping[str, str], slug: str) -> Sample:
    """Fill a workspace of the running product; its admin is an operator of the installation too."""
    people = {role: f"{slug}-{role.value}@example.com" for role in Role}
    for role, email in people.items():
        operator = ["--operator"] if role is Role.ADMIN else []
        create = ("user", "create", "--email", email, "--name", NAMES[role], "--password-stdin")
        _pmflow(environment, *create, *operator, given=PASSWORD)
    _pmflow(environment, "demo", "load", "--workspace", slug, "--admin", people[Role.ADMIN])
    base = f"/api/workspaces/{slug}"
    with signed_in(port, people[Role.ADMIN]) as admin:
        for role in (Role.EDITOR, Role.VIEWER):
            link = str(
                post(admin, f"{base}/invitations", {"email": people[role], "role": role})["link"]
            )
            with signed_in(port, people[role]) as invited:
                token = link.rsplit("/", 1)[1]
                done(invited.post("/api/invitations/accept", json={"token": token}))
        invitation = furnish(admin, base)
        return Sample(people, {"slug": slug, "token": invitation, **_found(admin, slug)})


@contextmanager
def signed_in(port: int, email: str) -> Generator[httpx.Client]:
    """Yield a client of the product that is signed in as somebody."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Host": "localhost:8000", "Origin": ADDRESS},
        timeout=60,
        trust_env=False,
    ) as client:
        login = {"email": email, "password": PASSWORD}
        done(client.post("/api/auth/login", json=login))
        yield client


def post(client: httpx.Client, path: str, document: object) -> Any:
    """Send something and return the answer."""
    return done(client.post(path, json=document))


def done(answer: httpx.Response) -> Any:
    """Return what an answer says, if it is no refusal."""
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def furnish(admin: httpx.Client, base: str) -> str:
    """Put something on pages that the sample leaves empty; return an open invitation's token."""
    table = {"Content-Type": "text/csv"}
    done(admin.post(f"{base}/customers/import", content=CUSTOMERS, headers=table))
    for customer in done(admin.get(f"{base}/customers"))["items"]:
        for number in SAID[customer["email"]]:
            chosen = {"customer": customer["id"]}
            done(admin.put(f"{base}/signals/{number}/customer", json=chosen))
    post(admin, f"{base}/personas", PERSONA)
    post(admin, f"{base}/knowledge", GUARDRAIL)
    post(admin, f"{base}/api-keys", {"name": "Nightly export", "role": "viewer"})
    post(admin, f"{base}/webhook-endpoints", {"name": "Support form", "kind": "signals"})
    post(
        admin,
        f"{base}/webhooks",
        {"url": "https://hooks.example.com/pmflow", "events": ["run.failed"], "name": "Chat"},
    )
    done(admin.delete(f"{base}/signals/7"))
    invited = post(
        admin, f"{base}/invitations", {"email": "design-lead@example.com", "role": "editor"}
    )
    return str(invited["link"]).rsplit("/", 1)[1]


def _found(admin: httpx.Client, slug: str) -> Mapping[str, str]:
    """Return the furthest project, its newest run, and its theme."""
    projects = done(admin.get(f"/api/workspaces/{slug}/projects"))["items"]
    themes = done(admin.get(f"/api/workspaces/{slug}/themes"))["items"]
    project = min(projects, key=lambda one: int(one["key"].split("-")[1]))
    runs = done(admin.get("/api/runs", params={"workspace": slug}))["items"]
    theme = next(one for one in themes if one["project"] == project["key"])
    run = next(one for one in runs if one["project"] == project["key"])
    return {
        "project_key": project["key"],
        "document_type": "prd",
        "stage": "prd",
        "theme_id": theme["id"],
        "run_id": run["id"],
    }


def _pmflow(environment: Mapping[str, str], *arguments: str, given: str = "") -> object:
    ended = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments, "--json"],
        cwd=ROOT,
        env=dict(environment),
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)
