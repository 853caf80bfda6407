"""The sample workspace: a bank app's messages, carried by the real services to a living board."""
