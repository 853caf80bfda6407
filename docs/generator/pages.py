"""The page of the dashboard's pages, from the one list of routes."""

from docs.generator.markdown import code, page, table
from pmflow_ui.routes import ROUTES

_BEFORE = """
Every page of the dashboard and who may see it. `anyone` needs no account, `signed_in` an account,
`operator` an operator of the installation; `viewer`, `editor` and `admin` are roles in the
workspace of the address, and each may what the ones before it may.
"""


def render() -> str:
    """Return the page."""
    rows = [[code(each.path), each.title, code(each.permission.value)] for each in ROUTES]
    return page("Pages", _BEFORE, table(["Address", "Title", "Who may see it"], rows))
