"""What RQ calls for signals and themes: kept apart because its libraries take a second to read.

Only a child that is given such a job reads them.
"""

from uuid import UUID

from pmflow_core.automation import evaluating
from pmflow_core.calls.embedding import embedder_for
from pmflow_core.demo import story
from pmflow_core.intake import (
    events,
    processing,
    rebuilding,
    reembedding,
    sharing,
    suggesting,
    taking_in,
)
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import installed
from pmflow_core.settings import get_settings
from worker.jobs import pace


def process_signals(workspace_id: str) -> None:
    """Extract, embed and place what waits in a workspace, suggest, and act on its themes."""
    embedder = embedder_for(get_settings(), UUID(workspace_id))
    processing.process_workspace(UUID(workspace_id), embedder, sharing.ask_for_help)
    suggesting.suggest_workspace(UUID(workspace_id), embedder, installed().provider(None))
    evaluating.evaluate(UUID(workspace_id))


def share_signals(workspace_id: str, helper: str, turn: str) -> None:
    """Embed and place one batch of a workspace that has more than one worker's share."""
    embedder = embedder_for(get_settings(), UUID(workspace_id))
    sharing.help_out(UUID(workspace_id), embedder, int(helper), int(turn))


def reembed(workspace_id: str) -> None:
    """Change a workspace's signals to the embedding model of the settings."""
    reembedding.reembed(UUID(workspace_id), embedder_for(get_settings(), UUID(workspace_id)))


def read_import(workspace_id: str, import_id: str) -> None:
    """Read an accepted file on to its end."""
    taking_in.resume(UUID(workspace_id), UUID(import_id))


def process_events(workspace_id: str) -> None:
    """Make signals of the deliveries that wait in a workspace."""
    events.process_workspace(UUID(workspace_id))


def rebuild_themes(workspace_id: str) -> None:
    """Form the themes anew because a person asked; settled ones keep their signals."""
    rebuilding.rebuild_themes(UUID(workspace_id), anew=True)


def load_demo(workspace_id: str) -> None:
    """Finish a sample workspace that somebody asked for in the browser."""
    settings = get_settings()
    embedder = embedder_for(settings, UUID(workspace_id))
    story.finish(UUID(workspace_id), Engine(installed(), pace(settings)), embedder)
