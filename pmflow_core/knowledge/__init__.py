"""What a workspace knows about its company and its people: records that feed prompts."""
