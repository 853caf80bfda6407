"""What writes text: the interface of providers, and those that need no key."""
