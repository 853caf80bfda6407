"""The command `pmflow`: every command group, loaded only when it is used."""

from pmflow_core.cli.program import main

__all__ = ["main"]
