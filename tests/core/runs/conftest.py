"""The fixtures of `staging`, for the tests of runs."""

from tests.core.runs.staging import (
    answers,
    desk,
    extensions,
    make_engine,
    one_step,
    session,
    workspace_id,
)

__all__ = ["answers", "desk", "extensions", "make_engine", "one_step", "session", "workspace_id"]
