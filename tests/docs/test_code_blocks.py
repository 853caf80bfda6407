"""Code that a page shows from a file is that file, and every link between pages leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*/*.md")])
_SHOWN = re.compile(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```\n", re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
# Pictures are made from the running product.
_PICTURES = (".png",)


def relative(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def shown() -> list[tuple[str, str, str]]:
    return [
        (relative(page), name, code)
        for page in PAGES
        for name, code in _SHOWN.findall(page.read_text(encoding="utf-8"))
    ]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).strip().replace(" ", "-") for each in headings}


@pytest.mark.parametrize(("page", "name", "code"), shown(), ids=lambda value: value[:60])
def test_a_shown_file_is_the_file(page: str, name: str, code: str) -> None:
    assert code == (ROOT / name).read_text(encoding="utf-8"), f"{page} shows another {name}"


def test_files_are_shown_at_all() -> None:
    assert len(shown()) >= 4


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken: list[str] = []
    for path, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / path).resolve() if path else page
        if target.suffix in _PICTURES:
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(f"{path}#{anchor}")
    assert broken == []
