"""A workspace with stages and recipes, as the tests of runs have it."""

from tests.core.runs.staging import answers, desk, extensions, session, workspace_id

__all__ = ["answers", "desk", "extensions", "session", "workspace_id"]
