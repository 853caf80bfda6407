"""Everything the product offers by name is in the reference."""

import re
from collections.abc import Iterable

import pytest

from tests.contracts import promises
from tests.contracts.sources import ROOT, sources

REFERENCE = ROOT / "docs" / "reference"


def undocumented(names: Iterable[str], text: str) -> list[str]:
    """Return the names that no line has as code; of `GET /path` both parts must share a line."""
    lines = [set(re.findall(r"`([^`]+)`", line)) | _words(line) for line in text.splitlines()]
    return [name for name in names if not any(_shows(line, name) for line in lines)]


def _words(line: str) -> set[str]:
    spans = [span for code in re.findall(r"`([^`]+)`", line) for span in code.split()]
    return {*spans, *re.findall(r"\b(?:GET|POST|PUT|PATCH|DELETE)\b", line)}


def _shows(line: set[str], name: str) -> bool:
    method, _, path = name.partition(" /")
    return {method, f"/{path}"} <= line if path else name in line


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("settings", promises.settings()),
        ("cli", promises.leaves()),
        ("errors", sorted(promises.error_codes(sources()))),
        ("recipes", promises.kinds()),
        ("rest", promises.endpoints()),
        ("pages", promises.pages()),
        ("jobs", promises.jobs()),
    ],
)
def test_the_reference_names_everything(page: str, names: list[str]) -> None:
    assert names
    text = (REFERENCE / f"{page}.md").read_text(encoding="utf-8")
    assert undocumented(names, text) == []


def test_a_name_that_is_not_documented_is_found() -> None:
    text = "| GET | `/api/a` |\n`POST /api/b` and `PMFLOW_PORT=8000`, `PMFLOW_HOST`\nrun_open, `x`"
    names = ["GET /api/a", "POST /api/b", "PMFLOW_HOST", "x"]
    missing = ["POST /api/a", "GET /api", "PMFLOW_POR", "run_open"]
    assert undocumented([*names, *missing], text) == missing
