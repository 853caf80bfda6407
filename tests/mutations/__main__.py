"""`python -m tests.mutations [WORD]`: removes each check in turn; says which nobody missed."""

import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import structlog

from pmflow_core.db.transaction import make_engine
from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.migrations import run as migrations
from tests.mutations.mutants import Mutant, mutants
from tests.walls.world import World, a_world


def survivors(world: World, tried: list[Mutant]) -> list[str]:
    """Return the names of the mutants that nothing noticed."""
    found = []
    for number, mutant in enumerate(tried, start=1):
        world.settle()
        if mutant.raises_false_alarm(world) or mutant.survives(world):
            found.append(mutant.name)
            sys.stderr.write(f"not caught: {mutant.name}\n")
        if number % 100 == 0:
            sys.stderr.write(f"{number} of {len(tried)}\n")
    return found


def _silent(*_given: object) -> str:
    """Log nothing: what is broken on purpose would fill screens."""
    raise structlog.DropEvent


def main(arguments: list[str]) -> int:
    """Try the mutants whose name holds the word, or all; return 1 when one survives."""
    structlog.configure(processors=[_silent])
    word = arguments[0] if arguments else ""
    tried = [mutant for mutant in mutants() if word in mutant.name]
    folder = Path(tempfile.mkdtemp(prefix="pmflow-"))
    folder.chmod(0o711)
    server = start_postgres(folder)
    began = time.monotonic()
    try:
        migrations.upgrade(server.url)
        engine = make_engine(server.url)
        with a_world(engine) as world:
            found = survivors(world, tried)
        engine.dispose()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    kinds = Counter(mutant.name.partition(" ")[0] for mutant in tried)
    sys.stdout.write(f"{dict(kinds)}\n")
    caught = len(tried) - len(found)
    sys.stdout.write(f"{caught} of {len(tried)} caught in {time.monotonic() - began:.0f} s\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
