"""The processes of pmflow that work in the background."""
