"""What happened, written down for other programs in the transaction in which it happened."""
