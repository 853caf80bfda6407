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


def session(session_id: UUID) -> str:
    """Return the topic of one sign-in: that it has ended."""
    return f"session:{session_id}"


def webhooks(workspace_id: UUID) -> str:
    """Return the topic of a workspace's webhooks, in and out, and of what they carried."""
    return f"ws:{workspace_id}:webhooks"


def notifications(user_id: UUID) -> str:
    """Return the topic of what one person is told, in whichever workspace."""
    return f"user:{user_id}:inbox"


def project(project_id: UUID) -> str:
    """Return the topic of one project."""
    return f"project:{project_id}"


def workspace(workspace_id: UUID) -> str:
    """Return the topic of a workspace itself: its name, members, stages, keys and trash."""
    return f"ws:{workspace_id}:workspace"


def memberships(user_id: UUID) -> str:
    """Return the topic of which workspaces one person is a member of."""
    return f"user:{user_id}:memberships"


def audit(workspace_id: UUID) -> str:
    """Return the topic of a workspace's audit log."""
    return f"ws:{workspace_id}:audit"


def knowledge(workspace_id: UUID) -> str:
    """Return the topic of what a workspace's team knows."""
    return f"ws:{workspace_id}:knowledge"


def views(workspace_id: UUID) -> str:
    """Return the topic of a workspace's saved views."""
    return f"ws:{workspace_id}:views"
