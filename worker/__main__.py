"""`python -m worker ROLE`: one process of pmflow, or all of them."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from pmflow_core.errors import PmflowError

# Imported by name when asked for: `up` is to say something before a worker's libraries are read.
ROLES = {
    "web": "worker.web",
    "worker": "worker.rq_worker",
    "workers": "worker.workers",
    "scheduler": "worker.scheduler",
    "up": "worker.supervisor",
}


def main(arguments: Sequence[str]) -> int:
    """Run the role named first and return the exit code."""
    parser = argparse.ArgumentParser(prog="worker")
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("-n", type=int, default=1, help="how many, of the role `workers`")
    parser.add_argument("--demo", action="store_true", help="fill the sample workspace")
    parsed = parser.parse_args(arguments)
    try:
        return import_module(ROLES[parsed.role]).main(parsed)
    except PmflowError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
