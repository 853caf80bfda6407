"""Typed Markdown documents: their sections, claims, citations and differences."""
