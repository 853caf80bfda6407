"""What pmflow does by itself with themes and stale signals, and why it did not."""
