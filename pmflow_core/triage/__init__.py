"""Deciding on suggestions: what accepting one does, over every feature it touches."""
