"""Writes docs/reference from the code, or with `--check` says what would change.

Run it by `make docs` after a change of settings, commands, errors, steps, gates, routes or pages.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from docs.generator import cli, errors, jobs, pages, recipes, rest, settings

REFERENCE = Path(__file__).parent / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings.render,
    "cli.md": cli.render,
    "errors.md": errors.render,
    "recipes.md": recipes.render,
    "rest.md": rest.render,
    "pages.md": pages.render,
    "jobs.md": jobs.render,
}


def stale(folder: Path) -> list[str]:
    """Return the names of the pages in a folder whose text is not what the code says."""
    return [
        name
        for name, render in PAGES.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != render()
    ]


def main(arguments: Sequence[str], folder: Path = REFERENCE) -> int:
    """Write the pages, or check them; return the exit code."""
    if list(arguments) == ["--check"]:
        found = stale(folder)
        for name in found:
            sys.stderr.write(f"docs/reference/{name} is not what the code says; run: make docs\n")
        return 1 if found else 0
    folder.mkdir(exist_ok=True)
    for name, render in PAGES.items():
        (folder / name).write_text(render(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
