"""A workspace with stages and recipes and a run in it, as the tests of calls have it."""

from tests.core.calls.callers import make_gateway, run
from tests.core.runs.staging import answers, desk, extensions, session, workspace_id

__all__ = ["answers", "desk", "extensions", "make_gateway", "run", "session", "workspace_id"]
