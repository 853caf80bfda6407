"""The page of settings, from the one class that holds them."""

from docs.generator import fields
from docs.generator.markdown import code, page, table
from pmflow_core.cli.config import environment_name
from pmflow_core.settings import Settings

# The default is the data folder of the user who runs it.
_DATA_DIR = "`~/.local/share/pmflow` on Linux"

_BEFORE = """
Settings are read from the environment and from a file `.env` in the folder pmflow is started in;
the environment wins. `pmflow config check` prints those in force, secrets hidden, and names every
fault at once. Names of servers carry no prefix, as other programs name them; all others begin
with `PMFLOW_`.
"""

_FOR_TESTS = (
    (
        "`PMFLOW_CRASH_POINT`, `PMFLOW_CRASH_FILE`",
        "Kill the process at a named place, once; see [runs](../explanation/runs.md#crash-points).",
    ),
    ("`PMFLOW_TEST_DATABASE_URL`", "A database for the test suite, instead of an embedded one."),
    ("`CHROMIUM`", "The browser of the end-to-end tests."),
)


def render() -> str:
    """Return the page."""
    rows: list[list[str]] = []
    for name, field in Settings.model_fields.items():
        default = _DATA_DIR if name == "data_dir" else fields.default(field)
        rows.append(
            [
                code(environment_name(name)),
                fields.kind(field.annotation),
                default,
                fields.bounds(field),
                field.description or "",
            ]
        )
    head = ["Variable", "Type", "Default", "Bounds", "Meaning"]
    for_tests = table(["Variable", "Meaning"], _FOR_TESTS)
    return page("Settings", _BEFORE, table(head, rows), "## For tests", for_tests)
