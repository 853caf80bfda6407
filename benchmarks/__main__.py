"""Run a benchmark by name; each prints one table."""

import sys
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks import (
    browser,
    duplicates,
    engine,
    growth,
    imports,
    routing,
    search,
    sessions,
    themes,
    told,
    upload,
    webhooks,
)
from benchmarks.peers import PEERS

BENCHMARKS: dict[str, Callable[[Sequence[str]], None]] = {
    "themes": themes.main,
    "duplicates": duplicates.main,
    "routing": routing.main,
    "bertopic": partial(themes.beside, "bertopic"),
    "growth": growth.main,
    "imports": imports.main,
    "browser": browser.main,
    "engine": engine.main,
    "search": search.main,
    "sessions": sessions.main,
    "told": told.main,
    "upload": upload.main,
    "webhooks": webhooks.main,
    **{name: partial(engine.beside, name) for name in PEERS},
}


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmark with the rest of the arguments; return the exit code."""
    if not arguments or arguments[0] not in BENCHMARKS:
        print(f"usage: python -m benchmarks {{{','.join(BENCHMARKS)}}} …", file=sys.stderr)
        return 2
    BENCHMARKS[arguments[0]](arguments[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
