"""A workspace, a project with evidence and a scripted provider, as the tests of runs have them."""

from tests.core.board.conftest import world
from tests.core.runs.staging import (
    answers,
    desk,
    extensions,
    make_engine,
    one_step,
    session,
    workspace_id,
)

__all__ = [
    "answers",
    "desk",
    "extensions",
    "make_engine",
    "one_step",
    "session",
    "workspace_id",
    "world",
]
