"""What happened to an object, in the order a person reads it."""
