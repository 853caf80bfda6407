"""What operators see and do: over all workspaces, and never a tenant's content."""
