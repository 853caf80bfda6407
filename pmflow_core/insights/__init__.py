"""Figures over time about a workspace: what came in, how work went, and what it cost."""
