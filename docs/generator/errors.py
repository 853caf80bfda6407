"""The page of error codes, from every class of the one tree."""

import importlib
import pkgutil
from collections.abc import Iterator

import pmflow_core
import pmflow_ui
import worker
from docs.generator.markdown import code, first_line, page, table
from pmflow_core.errors import PmflowError

# Programs and scripts: importing one would run it.
_PROGRAMS = ("__main__", "migrations.env", "migrations.versions", "embedding.model", ".demo.")

_BEFORE = """
Every expected failure has a stable code. The REST API answers with it as RFC 9457 problem details
(`status`, `code`, `detail`); the command line prints `code: sentence` on stderr and exits with 1;
the browser shows the sentence. "Later" says that the same call may work later without any change.
"""

_AFTER = """
## Codes of HTTP itself

The API also uses `bad_request` (400), `foreign_origin` (403, a write that a browser sent from
another site), `method_not_allowed` (405) and `internal` (500, with a `reference` that is in the
log).
"""


def render() -> str:
    """Return the page."""
    found = sorted(classes(), key=lambda each: (each.http_status, each.code, each.__module__))
    rows = [
        [
            code(each.code),
            str(each.http_status),
            "yes" if each.retryable else "",
            first_line(each.__doc__),
            code(each.__module__),
        ]
        for each in found
    ]
    head = ["Code", "HTTP", "Later", "Meaning", "Declared in"]
    return page("Error codes", _BEFORE, table(head, rows), _AFTER)


def classes() -> list[type[PmflowError]]:
    """Return every error class of the product, having imported all of it."""
    roots = (pmflow_core, pmflow_ui, worker)
    for root in roots:
        for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            if not any(part in f"{module.name}." for part in _PROGRAMS):
                importlib.import_module(module.name)
    ours = tuple(f"{root.__name__}." for root in roots)
    return [each for each in _below(PmflowError) if each.__module__.startswith(ours)]


def _below(root: type[PmflowError]) -> Iterator[type[PmflowError]]:
    yield root
    for child in root.__subclasses__():
        yield from _below(child)
