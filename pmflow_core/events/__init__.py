"""Nudges: "something under this topic changed", after the commit, with no content to trust."""
