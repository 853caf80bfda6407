"""Proposed actions that wait for a person: rows with a reason, a confidence and an end."""
