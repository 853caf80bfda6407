"""A workspace with stages and recipes, as the tests of runs have it."""

from uuid import UUID

import pytest

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import StepKind
from tests.conftest import make_member
from tests.core.board.histories import Nothing, World
from tests.core.runs.staging import answers, extensions, session, workspace_id

__all__ = ["answers", "extensions", "session", "workspace_id", "world"]


@pytest.fixture
def world(workspace_id: UUID, extensions: Extensions, admin: Actor) -> World:
    """The workspace, before anything happened in it."""
    people = (
        make_member(workspace_id, Role.EDITOR, "Product lead"),
        make_member(workspace_id, Role.EDITOR, "Designer"),
    )
    world = World(workspace_id, extensions, people, admin)
    extensions.steps.add(StepKind("act", Nothing, world.behaviour.act))
    return world
