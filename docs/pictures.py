"""Takes over the pictures that a page of the documentation shows, out of a folder with all.

`make screenshots` takes them of every page of the dashboard; only those that somebody reads are
kept in the repository. A page shows one by naming it, as `images/board-dark.webp`.
"""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
SHOWN = re.compile(r"images/([\w-]+\.webp)")


def shown() -> set[str]:
    """Return the names of the pictures that the README or a page of the documentation shows."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return {name for page in pages for name in SHOWN.findall(page.read_text(encoding="utf-8"))}


def take_over(taken: Path, kept: Path = IMAGES) -> list[str]:
    """Copy what is shown and drop what is not shown any more; return what was not taken."""
    wanted = shown()
    for old in kept.glob("*.webp"):
        if old.name not in wanted:
            old.unlink()
    missing = sorted(name for name in wanted if not (taken / name).is_file())
    for name in wanted.difference(missing):
        shutil.copyfile(taken / name, kept / name)
    return missing


if __name__ == "__main__":
    absent = take_over(Path(sys.argv[1]))
    if absent:
        sys.exit(f"No page of the dashboard has these pictures: {', '.join(absent)}")
