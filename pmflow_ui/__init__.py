"""The browser and HTTP edges of pmflow, on top of the core."""
