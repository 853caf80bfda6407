"""The page of failures lists every one, and each test that it names says which it is about."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "failures.md"
_ROW = re.compile(r"^\| (\d+) \|.*\|(.*)\|$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)]+)\)")
_NAMED = re.compile(r'^ +(?:""")?Failure (\d+): \S', re.MULTILINE)


def listed() -> dict[int, set[Path]]:
    """Return the tests of each failure that the page lists."""
    rows = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {
        int(number): {(PAGE.parent / link).resolve() for link in _LINK.findall(links)}
        for number, links in rows
    }


def named() -> dict[int, set[Path]]:
    """Return the files in which a test's docstring names each failure."""
    found: dict[int, set[Path]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for number in _NAMED.findall(path.read_text(encoding="utf-8")):
            found.setdefault(int(number), set()).add(path)
    return found


def test_every_failure_is_listed() -> None:
    assert list(listed()) == list(range(1, 20))


@pytest.mark.parametrize("number", range(1, 20))
def test_a_listed_test_names_its_failure_and_every_one_that_does_is_listed(number: int) -> None:
    assert listed()[number] == named()[number]
