"""The API's own page of reference: one document without a script, made from its OpenAPI document.

Viewers of OpenAPI load scripts from another host or weigh megabytes; a page that a browser can
search by itself, and that folds without either, is enough for reading.
"""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from pmflow_ui.api.description import ROLE, operations
from pmflow_ui.api.permission import ANYONE

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #3358d4; }
@media (prefers-color-scheme: dark) { :root { --accent: #9eb1ff; } }
body { font: 14px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem; overflow-wrap: anywhere; }
code, pre { font: 12.5px/1.5 ui-monospace, monospace; }
pre { background: var(--soft); padding: .75rem; border-radius: 8px; }
pre { overflow: auto; max-height: 28rem; }
details { border: 1px solid var(--line); border-radius: 8px; margin: .4rem 0; padding: 0 .75rem; }
summary { cursor: pointer; padding: .5rem 0; } summary span { opacity: .75; }
summary b { display: inline-block; min-width: 4.2rem; color: var(--accent); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
td, th { text-align: left; vertical-align: top; padding: .3rem .5rem .3rem 0; }
td, th { border-top: 1px solid var(--line); }
h2 { margin-top: 2rem; text-transform: capitalize; }
nav a { display: inline-block; margin-right: .75rem; }
a { color: var(--accent); }
"""


def install(api: FastAPI) -> None:
    """Serve the page at `/api/docs`."""

    @api.get("/api/docs", include_in_schema=False, dependencies=ANYONE)
    async def docs() -> HTMLResponse:
        """Describe every route for people, from the OpenAPI document."""
        return HTMLResponse(render(api.openapi()))


def render(document: Mapping[str, Any]) -> str:
    """Return the page of an OpenAPI document."""
    tags = dict.fromkeys(_tag(operation) for _, _, operation in operations(dict(document)))
    links = "".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in tags)
    title = escape(str(document["info"]["title"]))
    words = _words(str(document["info"].get("description", "")).strip()).replace("\n\n", "<p>")
    body = "".join(_group(dict(document), tag) for tag in tags)
    shapes = "".join(_shapes(document["components"]["schemas"]))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} API</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{title} API</h1><p>{words}</p>"
        '<p><a href="/api/openapi.json">openapi.json</a></p>'
        f'<nav aria-label="Resources">{links}<a href="#shapes">shapes</a></nav>{body}'
        f'<h2 id="shapes">Shapes</h2>{shapes}</main></body></html>'
    )


def _group(document: dict[str, Any], tag: str) -> str:
    found = (
        _operation(path, method, operation)
        for path, method, operation in operations(document)
        if _tag(operation) == tag
    )
    return f'<h2 id="{escape(tag)}">{escape(tag)}</h2>{"".join(found)}'


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> str:
    says = _words(str(operation.get("description") or operation.get("summary", "")))
    first, _, more = says.partition("\n\n")
    role = escape(str(operation.get(ROLE, "anyone")))
    return (
        f"<details><summary><b>{method.upper()}</b> <code>{escape(path)}</code> "
        f"<span>{first}</span></summary>{f'<p>{more}</p>' if more else ''}"
        f"<p>Who may call it: <code>{role}</code></p>"
        f"{_parameters(operation)}{_body(operation)}{_responses(operation)}</details>"
    )


def _parameters(operation: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{escape(_type(each.get('schema', {})))}</td>"
        f"<td>{_words(str(each.get('description', '')))}</td></tr>"
        for each in operation.get("parameters", ())
    )
    return f"<table><tr><th>Parameter<th>In<th>Type<th>Meaning</tr>{rows}</table>" if rows else ""


def _body(operation: Mapping[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return "".join(
        f"<p>Body, <code>{escape(media)}</code>: {_reference(each.get('schema', {}))}</p>"
        for media, each in content.items()
    )


def _responses(operation: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(status)}</code></td><td>{_words(str(each['description']))}</td>"
        f"<td>{_answers(each)}</td></tr>"
        for status, each in sorted(operation.get("responses", {}).items())
    )
    return f"<table><tr><th>Answer<th>Meaning<th>Shape</tr>{rows}</table>"


def _answers(response: Mapping[str, Any]) -> str:
    found = response.get("content", {}).values()
    return " ".join(_reference(each.get("schema", {})) for each in found)


def _reference(schema: Mapping[str, Any]) -> str:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name:
        return f'<a href="#shape-{escape(name)}">{escape(name)}</a>'
    return f"<code>{escape(_type(schema))}</code>" if schema else ""


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " | ".join(_type(each) for each in options)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type", "any"))


def _shapes(schemas: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in sorted(schemas.items()):
        text = escape(json.dumps(schema, indent=2, ensure_ascii=False))
        yield (
            f'<details id="shape-{escape(name)}"><summary><code>{escape(name)}</code> '
            f"<span>{_words(str(schema.get('description', '')))}</span></summary>"
            f"<pre>{text}</pre></details>"
        )


def _words(text: str) -> str:
    """Return words as HTML; what stands in backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _tag(operation: Mapping[str, Any]) -> str:
    return str((operation.get("tags") or ["other"])[0])
