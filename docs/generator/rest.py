"""The page of the REST API, from the routes themselves."""

from collections.abc import Iterator

from fastapi.routing import APIRoute

from docs.generator.markdown import code, first_line, page, table
from pmflow_ui.api.app import ROUTERS
from pmflow_ui.api.permission import declared

_BEFORE = """
The API shares the port with the pages. A running installation describes itself as OpenAPI, with
every body and parameter, at `/api/openapi.json`, and as a page at `/api/docs`; see
[using the API](../how-to/use-the-api.md). Errors are RFC 9457 problem details
(`application/problem+json`) with a stable `code`; see [errors](errors.md). An unknown address
under `/api/` answers 404 the same way.

A person is known by the session cookie that `POST /api/auth/login` sets; a write with it must come
from the product's own pages. A program sends `Authorization: Bearer pmf_…` with an API key
(`pmflow apikey create`), wherever a role is asked for. A role is the caller's role in the workspace
that the address leads to; each role may what the ones before it may. `{project}` is a project's id
or its key. What is another workspace's answers 404, as what does not exist. Where only
`?workspace=` says which workspace is meant, an API key need not say it.

A list answers `{"items": […], "next_cursor": …}`; send `next_cursor` as `cursor` until it is null.

A POST that makes something may carry `Idempotency-Key`. The same request with the same key within
24 hours gets the first answer again (with `Idempotency-Replayed: true`) and has no further effect;
another request with that key answers 422. Failures are not remembered. See
[following runs](../how-to/follow-runs.md) for the stream of events.

What answers an `ETag` may be written with `If-Match`: only over what was read, else 412; a document
always so (428). Requests are counted per key and per address; `RateLimit-Limit`,
`RateLimit-Remaining` and `RateLimit-Reset` say how the caller stands, and beyond a limit 429 comes
with `Retry-After`. Each answer has an `X-Request-Id`, which the server's log names.
"""


def render() -> str:
    """Return the page."""
    rows = [
        [code(f"{method} {route.path}"), _who(route), first_line(route.endpoint.__doc__)]
        for method, route in operations()
    ]
    return page("REST API", _BEFORE, table(["Request", "Who may call it", "What it does"], rows))


def operations() -> Iterator[tuple[str, APIRoute]]:
    """Yield (method, route) in the order of the routers."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for method in sorted(route.methods):
                    yield method, route


def _who(route: APIRoute) -> str:
    return ", ".join(code(permission.value) for permission in declared(route)) or "see below"
