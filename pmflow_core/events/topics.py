"""The names of what a browser or an API client can watch."""

from uuid import UUID

CHANNEL = "pmflow:nudges"


def run(run_id: UUID) -> str:
    """Return the topic of one stage run."""
    return f"run:{run_id}"


def board(workspace_id: UUID) -> str:
    """Return the topic of a workspace's projects and where they stand."""
    return f"ws:{workspace_id}:board"


def signals(workspace_id: UUID) -> str:
    """Return the topic of a workspace's signals, imports and themes."""
    return f"ws:{workspace_id}:signals"


def automation(workspace_id: UUID) -> str:
    """Return the topic of what a workspace's automation and maintenance do."""
    return f"ws:{workspace_id}:automation"


def webhooks(workspace_id: UUID) -> str:
    """Return the topic of a workspace's webhooks, in and out, and of what they carried."""
    return f"ws:{workspace_id}:webhooks"


def notifications(user_id: UUID) -> str:
    """Return the topic of what one person is told, in whichever workspace."""
    return f"user:{user_id}:inbox"


def project(project_id: UUID) -> str:
    """Return the topic of one project."""
    return f"project:{project_id}"
