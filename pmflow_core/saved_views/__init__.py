"""Filters that people keep under a name, for themselves or for the workspace."""
