"""Pieces of customer feedback: how they are read, understood, compared and kept."""
