"""One module per structured answer; each makes an answer from a desk, by stated rules."""
