"""What RQ calls for signals and themes: kept apart because its libraries take a second to read.

Only a child that is given such a job reads them.
"""

from uuid import UUID

from pmflow_core.demo import story
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.intake import processing, rebuilding, suggesting
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import installed
from pmflow_core.settings import get_settings
from worker.jobs import pace


def process_signals(workspace_id: str) -> None:
    """Extract, embed and place what a workspace has not processed yet, then suggest."""
    settings = get_settings()
    embedder = get_embedder(settings.embedding, settings.embedding_threads)
    processing.process_workspace(UUID(workspace_id), embedder)
    suggesting.suggest_workspace(UUID(workspace_id), embedder, installed().provider(None))


def rebuild_themes(workspace_id: str) -> None:
    """Form the themes anew because a person asked; settled ones keep their signals."""
    rebuilding.rebuild_themes(UUID(workspace_id), anew=True)


def load_demo(workspace_id: str) -> None:
    """Finish a sample workspace that somebody asked for in the browser."""
    settings = get_settings()
    embedder = get_embedder(settings.embedding, settings.embedding_threads)
    story.finish(UUID(workspace_id), Engine(installed(), pace(settings)), embedder)
