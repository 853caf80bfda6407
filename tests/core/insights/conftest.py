"""A workspace with stages, in one session."""

from tests.core.runs.staging import answers, extensions, session, workspace_id

__all__ = ["answers", "extensions", "session", "workspace_id"]
