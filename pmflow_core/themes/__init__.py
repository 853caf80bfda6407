"""Groups of signals that say the same, with ids that stay: found, named, kept and filled."""
