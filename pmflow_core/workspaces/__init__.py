"""Workspaces, the tenants, and who is a member of them."""
